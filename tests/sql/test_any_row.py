"""No view fails on a row that the tables admit, and none of them tells another day or sum."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg2
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from psycopg2.extensions import connection as Connection

from tests.long_form import lengthen
from tests.postgres import Server
from tests.sql.ledger import LISTENERS, add_imported, read, sum_up

#: The first and the last moment that a play may have, and what a broken clock tells.
EDGES = ("2000-01-02T00:00:00Z", "2050-12-30T23:59:59Z")
REFUSED = ("1970-01-01T00:00:00Z", "0044-03-15 BC", "infinity", "-infinity", "9999-12-31T00:00:00Z")
REPORTED_TODAY = "select play_date from bi.daily_report where is_today and listener_key = 1"
ZONES = ("UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago")
moments = st.one_of(
    st.sampled_from(EDGES),
    st.integers(-3, 3).map(lambda days: f"now {days}"),
    st.integers(-400, 400).map(lambda days: f"now {days}"),
)


@pytest.fixture(scope="module")
def world(postgres_server: Server, template_database: str) -> Iterator[Connection]:
    """Lend one ledger to all that is drawn."""
    with postgres_server.lend_database(template_database) as url:
        opened = psycopg2.connect(url)
        opened.autocommit = True
        with opened.cursor() as cursor:
            cursor.execute(LISTENERS)
        yield opened
        opened.close()


def to_moment(told: str) -> str:
    if told.startswith("now "):
        return (datetime.now(UTC) + timedelta(days=int(told[4:]))).isoformat()
    return told


@settings(max_examples=lengthen(5), suppress_health_check=list(HealthCheck))
@given(
    plays=st.lists(moments, min_size=1, max_size=4, unique=True),
    polls=st.lists(moments, max_size=2, unique=True),
    ms=st.sampled_from((None, 0, 240_000, 2**31 - 1)),
    track=st.integers(0, 3),
    zone=st.sampled_from(ZONES),
)
@example(plays=["now 35"], polls=["now 40"], ms=240_000, track=1, zone="UTC")
@example(plays=list(EDGES), polls=list(EDGES), ms=2**31 - 1, track=1, zone=ZONES[1])
def test_no_view_fails_whenever_a_play_is_dated(
    world: Connection,
    plays: list[str],
    polls: list[str],
    ms: int | None,
    track: int,
    zone: str,
) -> None:
    with world.cursor() as cursor:
        cursor.execute("delete from warehouse.fact_play; delete from warehouse.source_poll_play")
        cursor.execute("update warehouse.dim_listener set timezone = %s", (zone,))
        cursor.executemany(
            "insert into warehouse.fact_play (listener_key, played_at, track_key, ms_played,"
            " ms_source) values (1, %s, %s, %s, %s)",
            [(to_moment(told), track, ms, int(ms is not None)) for told in plays],
        )
        cursor.executemany(
            "insert into warehouse.source_poll_play values (%s, 1, 0, 1)",
            [(to_moment(told),) for told in polls],
        )
    sum_up(world)
    for view in list_views(world):
        # These two are asked for a day: all of fifty years would take minutes.
        if view in {"daily_report", "daily_top"}:
            for (day,) in read(world, "select distinct play_date from warehouse.summary_hour"):
                read(world, f"select * from bi.{view} where play_date = '{day}'")
        else:
            read(world, f"select * from bi.{view}")


def list_views(world: Connection) -> list[str]:
    return [
        name for (name,) in read(world, "select viewname from pg_views where schemaname = 'bi'")
    ]


@pytest.mark.parametrize("moment", REFUSED)
def test_date_that_no_calendar_has_is_no_play(ledger: Connection, moment: str) -> None:
    with pytest.raises(psycopg2.errors.CheckViolation, match="fact_play_played_at_ck"):
        add_imported(ledger, moment)


def test_row_ahead_over_midnight_belongs_to_its_own_day_in_every_view(ledger: Connection) -> None:
    (now,) = read(ledger, "select now()")[0]
    add_imported(ledger, now.isoformat())
    add_imported(ledger, (now + timedelta(days=1)).isoformat())
    sum_up(ledger)

    today = read(ledger, "select (now() at time zone 'Europe/Berlin')::date")
    assert read(ledger, REPORTED_TODAY) == today
    for period, count in {"7 days": 1, "30 days": 1, "all time": 2}.items():
        for view, more in {
            "period_listening": "",
            "top_track": "",
            "top_artist": " and credit = 'main'",
            "top_album": "",
            "listening_clock": "",
        }.items():
            query = f"select sum(play_count) from bi.{view} where period = '{period}'{more}"
            assert read(ledger, query) == [(count,)], (view, period)
    assert read(ledger, "select is_current from bi.streak") == [(True,)]
