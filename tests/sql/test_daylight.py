"""Days of 23 and of 25 hours, in every question that asks for local days or hours.

Berlin 2024: on Sunday 31 March the clocks go from two to three, on Sunday 27 October from
three back to two. The plays, each of 40 s, lie at the edges of these days.
"""

from __future__ import annotations

from decimal import Decimal

import pytest
from psycopg2.extensions import connection as Connection

from tests.sql.ledger import add_imported, read, see, sum_up

PLAYS = (
    "2022-10-29T22:00:00Z",  # 30 October 2022, 00:00: a day of 25 hours
    "2024-03-30T22:59:00Z",  # 30 March, 23:59
    "2024-03-30T23:00:00Z",  # 31 March, 00:00
    "2024-03-31T00:59:00Z",  # 31 March, 01:59
    "2024-03-31T01:00:00Z",  # 31 March, 03:00
    "2024-03-31T21:59:00Z",  # 31 March, 23:59
    "2024-03-31T22:00:00Z",  # 1 April, 00:00
    "2024-10-26T21:59:00Z",  # 26 October, 23:59
    "2024-10-26T22:00:00Z",  # 27 October, 00:00
    "2024-10-27T00:30:00Z",  # 27 October, 02:30
    "2024-10-27T01:30:00Z",  # 27 October, 02:30 again
    "2024-10-27T22:59:00Z",  # 27 October, 23:59
    "2024-10-27T23:00:00Z",  # 28 October, 00:00
)
PER_DAY = [
    ("2024-03-30", 1),
    ("2024-03-31", 4),
    ("2024-04-01", 1),
    ("2024-10-26", 1),
    ("2024-10-27", 4),
    ("2024-10-28", 1),
]


@pytest.fixture
def edges(ledger: Connection) -> Connection:
    for moment in PLAYS:
        add_imported(ledger, moment, 40_000)
    see(ledger, PLAYS[0], "2025-01-02T00:00:00Z")
    sum_up(ledger)
    return ledger


@pytest.mark.parametrize("view", ["daily_listening", "coverage"])
def test_day_holds_the_plays_of_its_23_or_25_hours(edges: Connection, view: str) -> None:
    rows = read(
        edges,
        f"select play_date::text, play_count from bi.{view}"
        " where play_count > 0 and play_date >= '2024-01-01' order by 1",
    )

    assert rows == PER_DAY


def test_clock_counts_the_hour_that_comes_twice_twice_and_the_missing_one_never(
    edges: Connection,
) -> None:
    rows = read(
        edges,
        "select weekday_name, hour_of_day, play_count from bi.listening_clock"
        " where period = '2024' and play_count > 0 order by weekday, 2",
    )

    assert rows == [
        ("Monday", 0, 2),
        ("Saturday", 23, 2),
        ("Sunday", 0, 2),
        ("Sunday", 1, 1),
        ("Sunday", 2, 2),
        ("Sunday", 3, 1),
        ("Sunday", 23, 2),
    ]


def test_session_belongs_to_the_local_day_on_which_it_began(edges: Connection) -> None:
    rows = read(
        edges,
        "select session_date::text, started_at_local::time::text, ended_at_local::time::text,"
        " play_count from bi.session where session_date >= '2024-01-01'"
        " order by session_date, started_at_local, ended_at_local",
    )

    assert rows == [
        ("2024-03-30", "23:58:20", "00:00:00", 2),
        ("2024-03-31", "01:58:20", "03:00:00", 2),
        ("2024-03-31", "23:58:20", "00:00:00", 2),
        ("2024-10-26", "23:58:20", "00:00:00", 2),
        ("2024-10-27", "02:29:20", "02:30:00", 1),
        ("2024-10-27", "02:29:20", "02:30:00", 1),
        ("2024-10-27", "23:58:20", "00:00:00", 2),
    ]


def test_report_and_lists_take_the_whole_day_and_no_more(edges: Connection) -> None:
    reports = read(
        edges,
        "select play_date::text, play_count, session_count, new_artist_count"
        " from bi.daily_report where play_date in ('2024-03-31', '2024-10-27') order by 1",
    )
    tops = read(
        edges,
        "select play_date::text, play_count from bi.daily_top where list = 'song'"
        " and play_date >= '2024-01-01' order by 1",
    )

    assert reports == [("2024-03-31", 4, 2, 0), ("2024-10-27", 4, 3, 0)]
    assert tops == PER_DAY


def test_days_follow_one_another_over_the_change(edges: Connection) -> None:
    rows = read(
        edges, "select first_date::text, day_count, certainty from bi.streak order by first_date"
    )

    assert rows == [
        ("2022-10-30", 1, "at least"),  # the ledger begins with it
        ("2024-03-30", 3, "exact"),
        ("2024-10-26", 3, "exact"),
    ]


def test_months_years_and_first_times_go_by_local_days(edges: Connection) -> None:
    """The first play ends at midnight, in summer time: it is not one of 29 October 2022."""
    assert read(
        edges,
        "select to_char(month_date, 'YYYY-MM'), play_count, certainty from bi.artist_month"
        " where artist_name = 'Main' order by 1",
    ) == [
        ("2022-10", 1, "at least"),  # seen from its 30th day on
        ("2024-03", 5, "exact"),
        ("2024-04", 1, "exact"),
        ("2024-10", 6, "exact"),
    ]
    assert read(
        edges,
        "select first_heard_at_local::text, last_heard_date::text from bi.discovery"
        " where kind = 'song'",
    ) == [("2022-10-30 00:00:00", "2024-10-28")]
    assert read(
        edges,
        "select last_heard_date::text, returned_date::text, away_day_count from bi.comeback"
        " where artist_name = 'Main'",
    ) == [("2022-10-30", "2024-03-30", 517)]
    assert read(
        edges,
        "select status, active_day_count, longest_day::text, longest_day_ms,"
        " longest_session_date::text from bi.year_review where year = 2024",
    ) == [("closed", 6, "2024-03-31", 160_000, "2024-03-30")]


def test_gap_of_a_whole_day_has_as_many_hours_as_the_day(edges: Connection) -> None:
    with edges.cursor() as cursor:
        cursor.execute(
            "insert into warehouse.etl_gap (listener_key, gap_start, gap_end) values"
            " (1, '2024-03-30T23:00Z', '2024-03-31T22:00Z'),"
            " (1, '2024-10-26T22:00Z', '2024-10-27T23:00Z')"
        )

    assert read(
        edges,
        "select play_date::text, open_gap_count, open_gap_hours from bi.coverage"
        " where open_gap_count > 0 order by 1",
    ) == [("2024-03-31", 1, Decimal("23.00")), ("2024-10-27", 1, Decimal("25.00"))]


def test_hours_of_a_rule_are_those_of_the_clock_on_the_wall(edges: Connection) -> None:
    """Two to three: the hour that comes twice goes twice, the one that is missing takes none."""
    with edges.cursor() as cursor:
        cursor.execute(
            "insert into warehouse.dim_exclusion (listener_key, rule, first_hour, end_hour)"
            " values (1, 'hours', 2, 3)"
        )
    sum_up(edges)

    assert read(
        edges,
        "select play_date::text, excluded_play_count from bi.daily_listening"
        " where excluded_play_count > 0",
    ) == [("2024-10-27", 2)]
