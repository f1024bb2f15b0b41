"""The questions about months and first times, with rows worked out by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest
from psycopg2.extensions import connection as Connection

from tests.sql.ledger import add_imported, add_play, read, see, sum_up

MINUTE = 60_000


@pytest.fixture
def months(ledger: Connection) -> Connection:
    """Give months of every kind: measured or estimated, seen or not (Berlin: UTC+2)."""
    add_imported(ledger, "2024-04-10T10:00:00Z", 2 * MINUTE)
    add_imported(ledger, "2024-04-10T10:05:00Z", 10_000, track_key=2)
    add_imported(ledger, "2024-04-30T22:30:00Z", 1 * MINUTE)
    add_play(ledger, "2024-06-01T12:00:00Z")
    add_imported(ledger, "2024-07-05T12:00:00Z", 1 * MINUTE, track_key=2)
    add_play(ledger, "2024-08-01T12:00:00Z")
    see(ledger, "2024-03-31T22:00:00Z", "2024-06-30T22:00:00Z")
    sum_up(ledger)
    return ledger


def test_month_of_an_artist_goes_by_the_listeners_calendar_and_says_how_sure_it_is(
    months: Connection,
) -> None:
    rows = read(
        months,
        "select artist_name, to_char(month_date, 'MM'), play_count, listen_count, ms_listened,"
        " ms_estimated, certainty, count_certainty from bi.artist_month order by 1 desc, 2",
    )

    assert rows == [
        ("Main", "04", 2, 1, 130_000, 0, "exact", "exact"),
        ("Main", "05", 1, 1, 60_000, 0, "exact", "exact"),
        ("Main", "06", 1, 1, 240_000, 240_000, "about", "exact"),
        ("Main", "07", 1, 1, 60_000, 0, "at least", "at least"),
        ("Main", "08", 1, 1, 240_000, 240_000, "not fully seen", "at least"),
        ("Guest", "04", 1, 1, 120_000, 0, "exact", "exact"),
        ("Guest", "05", 1, 1, 60_000, 0, "exact", "exact"),
        ("Guest", "06", 1, 1, 240_000, 240_000, "about", "exact"),
        ("Guest", "08", 1, 1, 240_000, 240_000, "not fully seen", "at least"),
    ]


def test_month_tells_what_was_new_in_it_and_who_was_new_within_a_year(months: Connection) -> None:
    """A skip is no discovery: song 2 is heard in July only. Twelve months on, nobody is new."""
    add_imported(months, "2025-03-31T21:59:00Z", 1 * MINUTE)
    add_imported(months, "2025-03-31T22:30:00Z", 1 * MINUTE)
    sum_up(months)

    rows = read(
        months,
        "select to_char(month_date, 'YYYY-MM'), new_artist_count, new_song_count, ms_listened,"
        " ms_estimated, ms_new_artist, new_artist_pct, certainty, count_certainty"
        " from bi.discovery_month order by 1",
    )

    full, none = Decimal("100.0"), Decimal("0.0")
    unseen = "not fully seen"
    assert rows == [
        ("2024-04", 2, 1, 130_000, 0, 130_000, full, "exact", "exact"),
        ("2024-05", 0, 0, 60_000, 0, 60_000, full, "exact", "exact"),
        ("2024-06", 0, 0, 240_000, 240_000, 240_000, full, "about", "exact"),
        ("2024-07", 0, 1, 60_000, 0, 60_000, full, "at least", "at least"),
        ("2024-08", 0, 0, 240_000, 240_000, 240_000, full, unseen, "at least"),
        ("2025-03", 0, 0, 60_000, 0, 60_000, full, "at least", "at least"),
        ("2025-04", 0, 0, 60_000, 0, 0, none, "at least", "at least"),
    ]


def test_discovery_says_how_sure_its_sums_are(months: Connection) -> None:
    rows = read(
        months,
        "select kind, item_key, ms_listened, certainty, count_certainty from bi.discovery"
        " where kind = 'song' order by 2",
    )

    assert rows == [
        ("song", -2, 70_000, "at least", "at least"),
        ("song", -1, 660_000, "not fully seen", "at least"),
    ]


def test_month_with_excluded_plays_alone_is_no_month_with_a_play(months: Connection) -> None:
    with months.cursor() as cursor:
        cursor.execute(
            "insert into warehouse.dim_exclusion (listener_key, rule, first_date, last_date)"
            " values (1, 'dates', '2024-05-01', '2024-08-31')"
        )
    sum_up(months)

    assert read(months, "select month_date::text from bi.discovery_month") == [("2024-04-01",)]


def test_silence_is_a_year_to_the_day_whatever_years_it_lies_in(each_ledger: Connection) -> None:
    """2020 is a leap year; a minute short of a year is no silence; one artist comes back twice."""
    for moment in (
        "2020-01-05T12:00:00Z",
        "2021-01-05T12:00:00Z",
        "2021-12-31T12:00:00Z",
        "2022-12-31T11:59:00Z",
        "2024-06-01T12:00:00Z",
    ):
        add_imported(each_ledger, moment, MINUTE, track_key=2)
    see(each_ledger, "2020-01-05T12:00Z", "2021-06-01T12:00Z")
    sum_up(each_ledger)

    rows = read(
        each_ledger,
        "select last_heard_date::text, returned_date::text, away_day_count, ms_before, ms_since,"
        " certainty from bi.comeback order by 1",
    )

    assert rows == [
        ("2020-01-05", "2021-01-05", 366, MINUTE, 4 * MINUTE, "exact"),
        ("2022-12-31", "2024-06-01", 518, 4 * MINUTE, MINUTE, "not fully seen"),
    ]


def test_skips_are_sure_where_all_was_seen_and_every_play_is_judged(ledger: Connection) -> None:
    with ledger.cursor() as cursor:
        cursor.execute(
            "insert into warehouse.dim_play_detail (play_detail_key, is_skipped)"
            " values (1, true), (2, false)"
        )
    for moment, track_key, detail in (("12:00", 1, 1), ("12:01", 1, 2), ("12:02", 2, 0)):
        add_play(
            ledger,
            f"2024-05-01T{moment}:00Z",
            track_key,
            ms_played=9_000,
            ms_source=1,
            play_detail_key=detail,
        )
    see(ledger, "2023-12-31T23:00Z", "2025-01-02T00:00Z")
    sum_up(ledger)

    rows = read(
        ledger,
        "select period, artist_name, judged_count, skip_count, skip_pct, certainty"
        " from bi.skip_rate where period in ('2024') order by 2",
    )

    half = Decimal("50.0")
    assert rows == [
        ("2024", "Guest", 2, 1, half, "exact"),
        ("2024", "Main", 2, 1, half, "at least"),
    ]
