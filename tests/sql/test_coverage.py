"""What was seen is told for each listener by what was seen of them."""

from __future__ import annotations

import pytest
from psycopg2.extensions import connection as Connection

from tests.sql.ledger import add_play, read, sum_up


@pytest.fixture
def polled(ledger: Connection) -> Connection:
    """Let both listeners have been polled a week ago, and a run have ended a minute ago."""
    with ledger.cursor() as cursor:
        cursor.execute(
            "insert into warehouse.source_poll_play (played_at, track_key, context_key,"
            " listener_key) select now() - interval '7 days', 1, 0, n from generate_series(1, 2) n;"
            "insert into warehouse.etl_watermark (job, listener_key, watermark_at)"
            " select 'get_last_50', n, now() - interval '7 days' from generate_series(1, 2) n;"
            "insert into warehouse.etl_run (job, runner, trigger, started_at, ended_at, outcome,"
            " exit_code) values ('get_last_50', 'pi', 'timer', now() - interval '2 minutes',"
            " now() - interval '1 minute', 'done', 0)"
        )
        cursor.execute("select now() - interval '7 days'")
        (moment,) = cursor.fetchone() or (None,)
    for listener_key in (1, 2):
        add_play(ledger, moment, listener_key=listener_key)
        sum_up(ledger, listener_key)
    return ledger


def poll_at(ledger: Connection, listener_key: int, ago: str) -> None:
    with ledger.cursor() as cursor:
        cursor.execute(
            "update warehouse.etl_watermark set polled_at = now() - %s::interval"
            " where listener_key = %s",
            (ago, listener_key),
        )


LAST_DAYS = (
    "select status, count(*) from bi.coverage where listener_key = {}"
    " and play_date between current_date - 5 and current_date - 2 group by 1"
)


def test_run_for_one_listener_covers_nobody_else(polled: Connection) -> None:
    """The second listener's sign-in has ended, say: the same run saw nothing of them."""
    poll_at(polled, 1, "1 minute")

    assert read(polled, LAST_DAYS.format(1)) == [("complete", 4)]
    assert read(polled, LAST_DAYS.format(2)) == [("unknown", 4)]
    assert read(
        polled,
        "select listener_key, certainty from bi.period_listening where period = 'all time'"
        " order by 1",
    ) == [(1, "about"), (2, "not fully seen")]


def test_look_of_long_ago_reaches_to_itself_and_one_of_today_to_now(polled: Connection) -> None:
    reach = (
        "select date_trunc('hour', now() at time zone 'UTC' - seen_end_utc)::text"
        " from part.seen_span where listener_key = 1"
    )
    poll_at(polled, 1, "3 days")
    assert read(polled, reach) == [("3 days",)]
    poll_at(polled, 1, "23 hours")
    assert read(polled, reach) == [("00:00:00",)]
