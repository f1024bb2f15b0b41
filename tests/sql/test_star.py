"""Recordings, podcasts, and the rules that take single plays out, worked out by hand."""

from __future__ import annotations

from datetime import date

import pytest
from psycopg2.extensions import connection as Connection

from everheard.ledger.exclusions import Rule, delete_exclusion, insert_exclusion
from tests.sql.ledger import add_imported, read, sum_up

SPRING = date(2026, 3, 29)
PODCASTS = """
insert into warehouse.dim_show (show_key, show_id, name, folded_name, is_audiobook, metadata_level)
values (1, 's1', 'Talk', 'talk', false, 2), (2, 's2', 'Novel', 'novel', true, 2);
insert into warehouse.dim_episode (episode_key, episode_id, name, folded_name, folded_show_name,
    show_key, duration_ms, release_date, metadata_level)
values (1, 'e1', 'First', 'first', 'talk', 1, 1800000, '2026-01-01', 2),
    (2, 'e2', 'Chapter 1', 'chapter 1', 'novel', 2, null, null, 2);
insert into warehouse.fact_episode_play (played_at, episode_key, ms_played, listener_key, ms_source)
values ('2026-03-29T00:59:59Z', 1, 600000, 1, 1), ('2026-03-29T01:00:00Z', 2, null, 1, 1),
    ('2026-10-25T00:30:00Z', 1, 900000, 1, 1), ('2026-10-25T01:30:00Z', 1, 900001, 1, 1);
"""


@pytest.fixture
def podcasts(ledger: Connection) -> Connection:
    with ledger.cursor() as cursor:
        cursor.execute(PODCASTS)
    return ledger


def test_episodes_are_heard_on_the_listeners_clock(podcasts: Connection) -> None:
    rows = read(
        podcasts,
        "select played_at_utc::text, played_at_local::text, date_key, hour_of_day, show_name,"
        " episode_name, play.ms_listened, is_audiobook, is_counted from bi.episode_play as play"
        " join bi.episode using (episode_key) join bi.show using (show_key) order by 1",
    )

    first, chapter = ("Talk", "First"), ("Novel", "Chapter 1")
    spring, autumn = 20260329, 20261025
    before, after = "2026-03-29 01:59:59", "2026-03-29 03:00:00"
    twice = "2026-10-25 02:30:00"
    assert rows == [
        ("2026-03-29 00:59:59", before, spring, 1, *first, 600_000, False, True),
        ("2026-03-29 01:00:00", after, spring, 3, *chapter, 0, True, True),
        ("2026-10-25 00:30:00", twice, autumn, 2, *first, 900_000, False, True),
        ("2026-10-25 01:30:00", twice, autumn, 2, *first, 900_001, False, True),
    ]


def test_rule_on_a_show_takes_its_episodes_out_and_nobody_elses(podcasts: Connection) -> None:
    counted = "select episode_key, bool_and(is_counted) from bi.episode_play group by 1 order by 1"
    rule = Rule("show", "TALK", "talk")

    assert insert_exclusion(podcasts, listener_key=2, rule=rule) == 1
    assert read(podcasts, counted) == [(1, True), (2, True)]
    assert insert_exclusion(podcasts, listener_key=1, rule=rule) == 1
    assert read(podcasts, counted) == [(1, False), (2, True)]
    assert delete_exclusion(podcasts, listener_key=1, rule=rule) == 1
    assert read(podcasts, counted) == [(1, True), (2, True)]


@pytest.mark.parametrize(
    ("rule", "counted"),
    [
        (Rule("hours", first_hour=2, end_hour=3), [True, True, False, False]),
        (Rule("hours", first_hour=3, end_hour=2), [False, False, True, True]),
        (Rule("dates", first_date=SPRING, last_date=SPRING), [False, False, True, True]),
    ],
)
def test_rule_on_hours_or_dates_takes_episodes_out_too(
    podcasts: Connection, rule: Rule, counted: list[bool]
) -> None:
    assert insert_exclusion(podcasts, listener_key=1, rule=rule) == 1

    rows = read(podcasts, "select is_counted from bi.episode_play order by played_at_utc")

    assert [is_counted for (is_counted,) in rows] == counted


def test_rule_on_a_context_takes_out_what_was_started_from_it(ledger: Connection) -> None:
    with ledger.cursor() as cursor:
        cursor.execute(
            "insert into warehouse.dim_context (context_key, context_uri, context_type)"
            " values (7, 'spotify:playlist:sleep', 'playlist')"
        )
    add_imported(ledger, "2024-05-01T10:00:00Z", 40_000)
    add_imported(ledger, "2024-05-01T10:05:00Z", 50_000)
    with ledger.cursor() as cursor:
        cursor.execute("update warehouse.fact_play set context_key = 7 where ms_played = 50000")
    sum_up(ledger)
    rule = Rule("context", "spotify:playlist:sleep", "spotify playlist sleep")
    sums = (
        "select play_count, ms_listened, excluded_play_count, excluded_ms"
        " from bi.daily_listening where play_date = '2024-05-01'"
    )

    assert insert_exclusion(ledger, listener_key=1, rule=rule) == 1
    assert read(ledger, "select is_counted from bi.play order by played_at_utc") == [
        (True,),
        (False,),
    ]
    assert read(ledger, sums) == [(1, 40_000, 1, 50_000)]
    assert read(ledger, "select rule, excluded from bi.exclusion") == [
        ("context", "spotify:playlist:sleep")
    ]
    assert delete_exclusion(ledger, listener_key=1, rule=rule) == 1
    assert read(ledger, sums) == [(2, 90_000, 0, 0)]


def test_recording_joins_its_tracks_and_a_lone_track_stands_for_itself(ledger: Connection) -> None:
    """Named after its best described track; an album that nobody named is not counted."""
    with ledger.cursor() as cursor:
        cursor.execute(
            "insert into warehouse.dim_recording (recording_key, name) values (5, 'Long');"
            "update warehouse.dim_track set recording_key = 5, isrc = 'B' where track_key = 1;"
            "update warehouse.dim_track set recording_key = 5, isrc = 'A', duration_ms = 1"
            " where track_key = 3"
        )

    rows = read(
        ledger,
        "select song_key, song_name, main_artist_name, main_artist_key, isrc, duration_ms,"
        " track_count, album_count from bi.recording where song_key <> 0 order by 1",
    )

    assert rows == [
        (-2, "Short", "MAIN", 4, None, 20_000, 1, 1),
        (5, "Long", "Main", 1, "A", 240_000, 2, 1),
    ]


def test_credit_by_the_name_of_an_artist_of_the_same_track_counts_once(ledger: Connection) -> None:
    """Artist 4 is a name that turned out to be artist 1, who is on track 1 already."""
    with ledger.cursor() as cursor:
        cursor.execute("insert into warehouse.bridge_track_artist values (1, 4, 2, 'featured')")

    assert read(
        ledger,
        "select track_key, artist_key, artist_role from bi.track_artist order by 1, 2",
    ) == [(1, 1, "main"), (1, 2, "featured"), (2, 1, "main")]
