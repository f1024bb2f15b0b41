"""The questions, with rows worked out by hand, on PostgreSQL 18 and 15."""

from __future__ import annotations

from decimal import Decimal

import pytest
from psycopg2.extensions import connection as Connection

from tests.sql.ledger import add_imported, add_play, read, see, sum_up

MINUTE = 60_000


@pytest.fixture
def year(each_ledger: Connection) -> Connection:
    """Give the first listener a measured 2024 and, with an open gap, an estimated 2025.

    In Berlin: Sunday 31 March 2024, when the clocks go forward at two; New Year's Eve.
    """
    add_imported(each_ledger, "2024-03-31T00:30:00Z", 3 * MINUTE)
    add_imported(each_ledger, "2024-03-31T01:10:00Z", 2 * MINUTE)
    add_imported(each_ledger, "2024-03-31T01:12:00Z", 10_000, track_key=2)
    add_imported(each_ledger, "2024-04-01T09:00:00Z", 4 * MINUTE, track_key=2)
    add_imported(each_ledger, "2024-12-31T23:30:00Z", 1 * MINUTE)
    add_play(each_ledger, "2025-06-01T12:00:00Z")
    see(each_ledger, "2023-12-31T23:00:00Z", "2025-01-01T12:00:00Z")
    sum_up(each_ledger)
    return each_ledger


def test_day_adds_up_on_the_listeners_clock_and_says_how_sure_it_is(year: Connection) -> None:
    rows = read(
        year,
        "select play_date::text, play_count, listen_count, ms_listened, ms_estimated, certainty,"
        " count_certainty from bi.daily_listening where play_count > 0 order by 1",
    )

    assert rows == [
        ("2024-03-31", 3, 2, 310_000, 0, "exact", "exact"),
        ("2024-04-01", 1, 1, 240_000, 0, "exact", "exact"),
        ("2025-01-01", 1, 1, 60_000, 0, "at least", "at least"),
        ("2025-06-01", 1, 1, 240_000, 240_000, "not fully seen", "at least"),
    ]


def test_clock_knows_no_hour_that_daylight_saving_took(year: Connection) -> None:
    rows = read(
        year,
        "select weekday_name, hour_of_day, play_count, ms_listened from bi.listening_clock"
        " where period = '2024' and play_count > 0 order by 2",
    )

    assert rows == [
        ("Sunday", 1, 1, 180_000),
        ("Sunday", 3, 2, 130_000),
        ("Monday", 11, 1, 240_000),
    ]
    assert read(year, "select count(*) from bi.listening_clock where period = '2024'") == [(168,)]


def test_top_lists_place_by_time_and_tell_main_from_featured(year: Connection) -> None:
    songs = read(
        year,
        "select place, track_name, play_count, ms_listened, certainty from bi.top_track"
        " where period = '2024' order by 1",
    )
    artists = read(
        year,
        "select credit, place, artist_name, ms_listened, ms_as_main, ms_as_featured"
        " from bi.top_artist where period = '2024' order by 1, 2",
    )

    assert songs == [(1, "Long", 2, 300_000, "exact"), (2, "Short", 2, 250_000, "exact")]
    assert artists == [
        ("all", 1, "Main", 550_000, 550_000, 0),
        ("all", 2, "Guest", 300_000, 0, 300_000),
        ("featured", 1, "Guest", 300_000, 0, 300_000),
        ("main", 1, "Main", 550_000, 550_000, 0),
    ]


def test_year_is_placed_beside_the_year_before(year: Connection) -> None:
    rows = read(
        year,
        "select place, previous_place, ms_listened, previous_ms_listened, certainty"
        " from bi.top_track where period = '2025' and track_key = 1",
    )

    assert rows == [(1, 1, 300_000, 300_000, "not fully seen")]


def test_album_counts_its_tracks_and_all_time_its_plays(year: Connection) -> None:
    rows = read(
        year,
        "select album_name, track_count, play_count, ms_listened from bi.top_album"
        " where period = 'all time'",
    )

    assert rows == [("Album", 2, 6, 850_000)]


def test_days_are_complete_at_least_or_unknown(year: Connection) -> None:
    rows = read(
        year,
        "select play_date::text, status from bi.coverage where play_date in"
        " ('2024-03-31', '2024-12-31', '2025-01-01', '2025-01-02') order by 1",
    )

    assert rows == [
        ("2024-03-31", "complete"),
        ("2024-12-31", "complete"),
        ("2025-01-01", "at least"),
        ("2025-01-02", "unknown"),
    ]


def test_open_gap_takes_its_day_out_of_what_was_seen(each_ledger: Connection) -> None:
    with each_ledger.cursor() as cursor:
        cursor.execute(
            "insert into warehouse.source_poll_play (played_at, track_key, context_key,"
            " listener_key) values ('2026-05-01T08:00Z', 1, 0, 1), ('2026-05-03T08:00Z', 1, 0, 1);"
            "insert into warehouse.etl_gap (listener_key, gap_start, gap_end)"
            " values (1, '2026-05-02T10:00Z', '2026-05-02T12:30Z')"
        )
    add_play(each_ledger, "2026-05-01T08:00:00Z")
    add_play(each_ledger, "2026-05-03T08:00:00Z")

    rows = read(
        each_ledger,
        "select play_date::text, status, open_gap_count, open_gap_hours from bi.coverage"
        " where play_date <= '2026-05-04' order by 1",
    )

    assert rows == [
        ("2026-05-01", "at least", 0, Decimal(0)),
        ("2026-05-02", "at least", 1, Decimal("2.50")),
        ("2026-05-03", "at least", 0, Decimal(0)),
        ("2026-05-04", "unknown", 0, Decimal(0)),
    ]


def test_sessions_part_after_thirty_quiet_minutes(each_ledger: Connection) -> None:
    """The pause runs from the end of one play to the start of the next."""
    add_imported(each_ledger, "2024-05-01T21:50:00Z", 5 * MINUTE)
    add_imported(each_ledger, "2024-05-01T22:24:00Z", 4 * MINUTE)
    add_imported(each_ledger, "2024-05-01T22:58:01Z", 4 * MINUTE)
    sum_up(each_ledger)

    rows = read(
        each_ledger,
        "select session_date::text, started_at_local::text, play_count, ms_listened"
        " from bi.session order by 2",
    )

    assert rows == [
        ("2024-05-01", "2024-05-01 23:45:00", 2, 540_000),
        ("2024-05-02", "2024-05-02 00:54:01", 1, 240_000),
    ]


def test_streak_is_a_run_of_days_and_may_be_longer_beside_unseen_ones(
    each_ledger: Connection,
) -> None:
    for day in ("2024-04-29", "2024-05-01", "2024-05-02", "2024-05-03", "2024-05-06"):
        add_imported(each_ledger, f"{day}T12:00:00Z")
    see(each_ledger, "2024-04-28T12:00Z", "2024-05-05T22:00Z")
    sum_up(each_ledger)

    rows = read(
        each_ledger,
        "select first_date::text, day_count, is_longest, is_current, certainty"
        " from bi.streak order by 1",
    )

    assert rows == [
        ("2024-04-29", 1, False, False, "at least"),  # the ledger begins with it
        ("2024-05-01", 3, True, False, "exact"),
        ("2024-05-06", 1, False, False, "at least"),
    ]


def test_discovery_is_the_first_listen_not_the_first_skip(year: Connection) -> None:
    rows = read(
        year,
        "select kind, item_key, first_heard_at_local::text, listen_count from bi.discovery"
        " where kind <> 'album' order by 1, 2",
    )

    assert rows == [
        ("artist", 1, "2024-03-31 01:30:00", 5),
        ("artist", 2, "2024-03-31 01:30:00", 4),
        ("song", -2, "2024-04-01 11:00:00", 1),
        ("song", -1, "2024-03-31 01:30:00", 4),
    ]


def test_comeback_needs_a_year_of_silence(each_ledger: Connection) -> None:
    add_imported(each_ledger, "2022-03-01T12:00:00Z", 5 * MINUTE, track_key=2)
    add_imported(each_ledger, "2023-02-28T12:00:00Z", 5 * MINUTE, track_key=2)
    add_imported(each_ledger, "2024-03-01T12:00:00Z", 2 * MINUTE, track_key=2)
    see(each_ledger, "2022-03-01T12:00Z", "2024-03-01T12:00Z")
    sum_up(each_ledger)

    rows = read(
        each_ledger,
        "select artist_name, last_heard_date::text, away_day_count, ms_before, ms_since, certainty"
        " from bi.comeback",
    )

    assert rows == [("Main", "2023-02-28", 367, 600_000, 120_000, "exact")]


def test_skips_are_judged_by_the_history_alone(each_ledger: Connection) -> None:
    with each_ledger.cursor() as cursor:
        cursor.execute(
            "insert into warehouse.dim_play_detail (play_detail_key, is_skipped)"
            " values (1, true), (2, false)"
        )
    for second, detail in enumerate((1, 2, 2, 0)):
        add_play(
            each_ledger,
            f"2024-05-01T12:00:0{second}Z",
            ms_played=9_000,
            ms_source=1,
            play_detail_key=detail,
        )
    sum_up(each_ledger)

    rows = read(
        each_ledger,
        "select artist_name, judged_count, skip_count, skip_pct from bi.skip_rate"
        " where period = '2024' order by 1",
    )

    assert rows == [("Guest", 3, 1, Decimal("33.3")), ("Main", 3, 1, Decimal("33.3"))]


def test_year_is_closed_when_all_of_it_was_seen_and_measured(year: Connection) -> None:
    rows = read(
        year,
        "select year, status, ms_listened, artists_brought_forward, artists_first_heard,"
        " artists_carried_forward, longest_day::text, longest_day_ms from bi.year_review"
        " order by 1",
    )

    assert rows == [
        (2024, "closed", 550_000, 0, 2, 2, "2024-03-31", 310_000),
        (2025, "not fully seen", 300_000, 2, 0, 2, "2025-06-01", 240_000),
    ]


def test_day_is_reported_beside_its_average_and_with_its_lists(year: Connection) -> None:
    report = read(
        year,
        "select play_count, ms_listened, average_ms, artist_count, guest_count, song_count,"
        " new_artist_count, session_count from bi.daily_report where play_date = '2024-04-01'",
    )
    top = read(
        year,
        "select list, place, item_name, artist_name from bi.daily_top"
        " where play_date = '2024-03-31' order by 1, 2",
    )

    assert report == [(1, 240_000, None, 1, 0, 1, 0, 1)]  # one day is no average
    assert top == [
        ("album", 1, "Album", "(unknown artist)"),
        ("artist", 1, "Main", None),
        ("guest", 1, "Guest", None),
        ("new artist", 1, "Main", None),
        ("new artist", 2, "Guest", None),
        ("song", 1, "Long", "Main"),
        ("song", 2, "Short", "MAIN"),
    ]
