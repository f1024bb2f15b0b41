"""The summaries are a function of the plays, whatever order things happen in."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg2.extensions import connection as Connection

from everheard.ledger.exclusions import Rule, delete_exclusion, insert_exclusion
from everheard.ledger.summaries import render_summaries
from tests.sql.ledger import add_imported, add_play, read, sum_up

TABLES = ("summary_hour", "summary_month_track", "summary_track", "summary_session")


def snapshot(ledger: Connection) -> dict[str, list[tuple[Any, ...]]]:
    return {
        table: read(ledger, f"select x::text from warehouse.{table} as x order by 1")
        for table in TABLES
    }


def rebuild(ledger: Connection) -> dict[str, list[tuple[Any, ...]]]:
    """Return what the summaries are when they are made from nothing."""
    with ledger.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"delete from warehouse.{table}")
    sum_up(ledger)
    return snapshot(ledger)


def test_plays_that_come_in_any_order_give_the_summaries_of_a_rebuild(
    ledger: Connection,
) -> None:
    dice = random.Random(7)
    start = datetime(2024, 1, 25, tzinfo=UTC)
    for _ in range(40):
        moment = start + timedelta(minutes=dice.randrange(60 * 24 * 45))
        plays = [moment + timedelta(minutes=n * dice.choice((2, 5, 33, 34))) for n in range(4)]
        for played_at in plays:
            with ledger.cursor() as cursor:
                cursor.execute(
                    "insert into warehouse.fact_play (listener_key, played_at, track_key,"
                    " ms_played, ms_source) values (1, %s, %s, %s, 1) on conflict do nothing",
                    (played_at, dice.choice((1, 2)), dice.choice((None, 100_000))),
                )
        if dice.random() < 0.3:
            with ledger.cursor() as cursor:
                cursor.execute("delete from warehouse.fact_play where played_at = %s", plays[1:2])
        note(ledger, min(plays), max(plays))
        derive(ledger)

    assert snapshot(ledger) == rebuild(ledger)


def note(ledger: Connection, start: datetime, end: datetime) -> None:
    with ledger.cursor() as cursor:
        cursor.execute(
            "insert into warehouse.etl_touched_span (listener_key, touched_from, touched_to)"
            " values (1, %s, %s) on conflict do nothing",
            (start, end),
        )


def derive(ledger: Connection) -> None:
    with ledger.cursor() as cursor:
        cursor.execute("begin")
        cursor.execute(render_summaries(cursor, 1))
        cursor.execute("commit")


def test_last_play_that_goes_takes_its_summaries_along(ledger: Connection) -> None:
    add_imported(ledger, "2024-05-01T12:00:00Z")
    sum_up(ledger)
    with ledger.cursor() as cursor:
        cursor.execute("delete from warehouse.fact_play")
    sum_up(ledger)

    assert snapshot(ledger) == {table: [] for table in TABLES}


def test_listener_without_plays_has_nothing_to_sum(ledger: Connection) -> None:
    sum_up(ledger, listener_key=2)

    assert snapshot(ledger) == {table: [] for table in TABLES}


def test_listener_who_moves_takes_the_days_along(ledger: Connection) -> None:
    add_imported(ledger, "2024-05-01T23:30:00Z")
    sum_up(ledger)
    with ledger.cursor() as cursor:
        cursor.execute("update warehouse.dim_listener set timezone = 'America/New_York'")
    derive(ledger)

    assert read(ledger, "select play_date::text, hour_of_day from warehouse.summary_hour") == [
        ("2024-05-01", 19)
    ]


def test_nothing_new_writes_nothing(ledger: Connection) -> None:
    add_imported(ledger, "2024-05-01T12:00:00Z")
    sum_up(ledger)
    versions = "select xmin::text from warehouse.summary_hour"
    before = read(ledger, versions)
    sum_up(ledger)

    assert read(ledger, versions) == before


COUNTED = "select coalesce(sum(play_count), 0), coalesce(sum(excluded_play_count), 0)"


def check_rule(ledger: Connection, rule: Rule, counted: int, left_out: int) -> None:
    """Check that a rule parts the plays so, everywhere alike, and that it can be undone."""
    assert insert_exclusion(ledger, listener_key=1, rule=rule) > 0
    assert read(ledger, f"{COUNTED} from warehouse.summary_hour") == [(counted, left_out)]
    assert read(
        ledger,
        "select count(*) filter (where is_counted), count(*) filter (where not is_counted)"
        " from bi.play",
    ) == [(counted, left_out)]
    assert snapshot(ledger) == rebuild(ledger)
    delete_exclusion(ledger, listener_key=1, rule=rule)
    assert read(ledger, f"{COUNTED} from warehouse.summary_hour") == [(counted + left_out, 0)]


def three_plays(ledger: Connection) -> None:
    """Play tracks 1 and 2 in the evening of 1 May, track 2 at five the morning after."""
    add_imported(ledger, "2024-05-01T21:10:00Z")
    add_imported(ledger, "2024-05-01T21:20:00Z", track_key=2)
    add_imported(ledger, "2024-05-02T03:00:00Z", track_key=2)
    sum_up(ledger)


def test_each_kind_of_rule_takes_its_plays_out(ledger: Connection) -> None:
    three_plays(ledger)
    day = datetime(2024, 5, 2, tzinfo=UTC).date()

    check_rule(ledger, Rule("artist", "Guest", "guest"), 2, 1)
    check_rule(ledger, Rule("artist", "Main", "main"), 0, 3)
    check_rule(ledger, Rule("album", "Album", "album"), 0, 3)
    check_rule(ledger, Rule("track", "Short", "short"), 1, 2)
    check_rule(ledger, Rule("hours", first_hour=23, end_hour=7), 0, 3)
    check_rule(ledger, Rule("hours", first_hour=5, end_hour=6), 2, 1)
    check_rule(ledger, Rule("dates", first_date=day, last_date=day), 2, 1)


def test_rule_that_fits_nothing_changes_nothing(ledger: Connection) -> None:
    three_plays(ledger)

    assert insert_exclusion(ledger, listener_key=1, rule=Rule("artist", "No", "no")) == 0
    assert read(ledger, "select count(*) from warehouse.dim_exclusion") == [(0,)]


def test_credit_learned_later_is_excluded_with_the_next_load(ledger: Connection) -> None:
    three_plays(ledger)
    insert_exclusion(ledger, listener_key=1, rule=Rule("artist", "Guest", "guest"))
    with ledger.cursor() as cursor:
        cursor.execute("insert into warehouse.bridge_track_artist values (2, 2, 1, 'featured')")
    derive(ledger)

    assert read(ledger, f"{COUNTED} from warehouse.summary_hour") == [(0, 3)]


def test_estimate_after_a_new_play_is_summed_again_in_the_next_month(ledger: Connection) -> None:
    """A play at 23:59 on the last of a month shortens the estimate of the one after it."""
    add_play(ledger, "2024-04-30T22:01:00Z")
    sum_up(ledger)
    add_play(ledger, "2024-04-30T21:59:00Z", track_key=2)
    note(ledger, *(datetime(2024, 4, 30, 21, 59, tzinfo=UTC),) * 2)
    derive(ledger)

    assert read(
        ledger, "select play_date::text, ms_estimated from warehouse.summary_hour order by 1"
    ) == [("2024-04-30", 20_000), ("2024-05-01", 120_000)]
