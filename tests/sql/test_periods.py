"""Periods beside the ones before them, with figures worked out by hand."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from psycopg2.extensions import connection as Connection

from tests.jobs.report_ledger import ZONE, ZONE_NAME
from tests.sql.ledger import add_imported, add_play, read, see, sum_up

MINUTE = 60_000


@pytest.fixture
def ledger(ledger: Connection) -> Connection:
    """Let the listener live where no midnight falls into a test."""
    with ledger.cursor() as cursor:
        cursor.execute(
            "update warehouse.dim_listener set timezone = %s where listener_key = 1", (ZONE_NAME,)
        )
    return ledger


def at_noon(day: date) -> str:
    return datetime.combine(day, time(12), ZONE).isoformat()


def read_today() -> date:
    return datetime.now(ZONE).date()


def test_week_is_beside_the_week_before_and_each_says_how_sure_it_is(ledger: Connection) -> None:
    """The week before was seen whole, this one was not; before the first play nothing is known."""
    today = read_today()
    add_imported(ledger, at_noon(today - timedelta(days=20)), 1 * MINUTE)
    add_imported(ledger, at_noon(today - timedelta(days=13)), 2 * MINUTE)
    add_imported(ledger, at_noon(today - timedelta(days=7)), 5_000)
    add_play(ledger, at_noon(today - timedelta(days=6)))
    add_imported(ledger, at_noon(today - timedelta(days=1)), 3 * MINUTE)
    see(ledger, at_noon(today - timedelta(days=20)), at_noon(today - timedelta(days=4)))
    sum_up(ledger)

    rows = read(
        ledger,
        "select period, day_count, play_count, listen_count, ms_listened, ms_estimated, certainty,"
        " previous_play_count, previous_listen_count, previous_ms_listened,"
        " previous_ms_estimated, previous_certainty from bi.period_listening"
        " where period in ('7 days', '30 days', 'all time') order by day_count",
    )

    week = (2, 2, 7 * MINUTE, 4 * MINUTE, "not fully seen")
    week_before = (2, 1, 2 * MINUTE + 5_000, 0, "exact")
    everything = (5, 4, 10 * MINUTE + 5_000, 4 * MINUTE, "not fully seen")
    nothing = (None, None, None, None, None)
    assert sorted(rows) == [
        ("30 days", 30, *everything, *nothing),
        ("7 days", 7, *week, *week_before),
        ("all time", 21, *everything, *nothing),
    ]


def test_running_year_is_beside_the_same_days_a_year_ago(ledger: Connection) -> None:
    today = read_today()
    year_ago = read(ledger, f"select ('{today}'::date - interval '1 year')::date")[0][0]
    add_imported(ledger, at_noon(date(today.year - 2, 1, 1)))
    add_imported(ledger, at_noon(year_ago), 1 * MINUTE)
    add_imported(ledger, at_noon(year_ago + timedelta(days=1)), 2 * MINUTE)
    sum_up(ledger)

    rows = read(
        ledger,
        "select previous_play_count, previous_ms_listened, previous_certainty"
        f" from bi.period_listening where period = '{today.year}'",
    )

    assert rows == [(1, 1 * MINUTE, "at least")]


def test_all_time_is_not_sure_of_plays_that_lie_outside_what_was_seen(ledger: Connection) -> None:
    add_imported(ledger, "2024-05-01T12:00:00Z")
    see(ledger, "2024-05-01T12:00:00Z", "2024-05-02T12:00:00Z")
    sum_up(ledger)
    sure = "select certainty from bi.period_listening where period = 'all time'"

    assert read(ledger, sure) == [("at least",)]
    see(ledger, "2024-05-02T12:00:00Z", "infinity")
    assert read(ledger, sure) == [("exact",)]
    add_imported(ledger, "2024-04-30T12:00:00Z")
    sum_up(ledger)
    assert read(ledger, sure) == [("at least",)]
