"""Ranks as stretches of days, packed once they are old: what a row a day would hold."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import pytest
from psycopg2.extensions import connection as Connection

from everheard.ledger.ranks import RankSettings, load_ranks
from tests.rated_albums import ALBUMS, play, rate, read

DAY = dt.date(2026, 3, 1)
HELD = """
select album_key, rank, valid_from, valid_to from warehouse.fact_album_rank
where rank_method = 1 order by album_key, valid_from
"""


@pytest.fixture
def ledger(connection: Connection) -> Connection:
    """Lend a ledger with three albums and no play."""
    with connection.cursor() as cursor:
        cursor.execute(ALBUMS)
    return connection


def test_recording_counts_for_every_album_it_is_on(ledger: Connection) -> None:
    with ledger.cursor() as cursor:
        cursor.execute(
            """
            insert into warehouse.dim_recording (recording_key, name) values (7, 'One');
            insert into warehouse.dim_track
            (track_key, track_id, track_uri, name, folded_name, folded_artist_name, album_key,
             match_key, metadata_level)
            values (3, 't3', 'spotify:track:t3', 'One', 'one', 'abba', 3, 3, 3);
            update warehouse.dim_track set recording_key = 7 where track_key in (1, 3);
            """
        )
    play(ledger, 1, 200_000)
    load_ranks(ledger)
    assert read(
        ledger,
        "select album_key, ms_listened, track_count from warehouse.fact_album_listening"
        " order by album_key",
    ) == [(1, 200_000, 2), (3, 200_000, 4)]


def test_ranking_says_how_sure_the_time_is(ledger: Connection) -> None:
    play(ledger, 1, 200_000)
    play(ledger, 2, 100_000, "2026-01-02T12:00:00Z")
    cover = (
        "insert into warehouse.etl_import_span (listener_key, span_start, span_end, source_name)"
        " values (1, '-infinity', 'infinity', 'whole.zip')"
    )
    estimated = "update warehouse.fact_play set ms_played = null, ms_source = 0 where track_key = 2"
    length = "update warehouse.dim_track set duration_ms = 90000 where track_key = 2"
    touched = (
        "insert into warehouse.etl_touched_span (listener_key, touched_from, touched_to)"
        " values (1, '-infinity', 'infinity')"
    )
    words = (
        "select album_key, certainty from bi.album_ranking where method = 'plays'"
        " order by album_key"
    )
    load_ranks(ledger)
    assert read(ledger, words) == [(1, "at least"), (2, "at least")]
    with ledger.cursor() as cursor:
        for statement in (estimated, length, touched):
            cursor.execute(statement)
    load_ranks(ledger)
    assert read(ledger, words) == [(1, "at least"), (2, "not fully seen")]
    with ledger.cursor() as cursor:
        cursor.execute(cover)
    load_ranks(ledger)
    assert read(ledger, words) == [(1, "exact"), (2, "about")]


def test_excluded_plays_do_not_rank(ledger: Connection) -> None:
    play(ledger, 1, 200_000)
    play(ledger, 2, 100_000, "2026-01-02T12:00:00Z")
    load_ranks(ledger)
    ranked = "select album_key from bi.album_ranking where method = 'plays' order by rank"
    assert read(ledger, ranked) == [(1,), (2,)]
    with ledger.cursor() as cursor:
        cursor.execute(
            "insert into warehouse.dim_exclusion (listener_key, rule, album_key)"
            " values (1, 'album', 1)"
        )
    load_ranks(ledger)
    assert read(ledger, ranked) == [(2,)]


def test_stretch_ends_the_day_before_the_rank_moves(ledger: Connection) -> None:
    rate(ledger, 1, 90)
    for day in range(3):
        load_ranks(ledger, ranked_on=DAY + dt.timedelta(days=day))
    rate(ledger, 2, 95)
    fourth = DAY + dt.timedelta(days=3)
    load_ranks(ledger, ranked_on=fourth)
    assert read(ledger, HELD) == [
        (1, 1, DAY, DAY + dt.timedelta(days=2)),
        (1, 2, fourth, None),
        (2, 1, fourth, None),
    ]


def test_what_moves_and_comes_back_on_one_day_has_not_moved(ledger: Connection) -> None:
    rate(ledger, 1, 90)
    load_ranks(ledger, ranked_on=DAY)
    before = read(ledger, HELD)
    tomorrow = DAY + dt.timedelta(days=1)
    rate(ledger, 2, 95)
    load_ranks(ledger, ranked_on=tomorrow)
    with ledger.cursor() as cursor:
        cursor.execute("delete from warehouse.fact_album_rating where album_key = 2")
    load_ranks(ledger, ranked_on=tomorrow)
    assert read(ledger, HELD) == before


def test_day_is_never_before_the_newest_stretch(ledger: Connection) -> None:
    rate(ledger, 1, 90)
    load_ranks(ledger, ranked_on=DAY)
    rate(ledger, 2, 95)
    load_ranks(ledger, ranked_on=DAY - dt.timedelta(days=5))
    assert {row[2] for row in read(ledger, HELD)} == {DAY}


MANY = """
insert into warehouse.dim_album
(album_key, album_id, name, folded_name, folded_artist_name, metadata_level)
select n, 'x' || n, 'x' || n, 'x' || n, '', 3 from generate_series(20, 239) as n;
insert into warehouse.dim_track
(track_key, track_id, track_uri, name, folded_name, folded_artist_name, album_key, match_key,
 metadata_level)
select n, 'x' || n, 'x' || n, 'x' || n, 'x' || n, '', n, n, 3 from generate_series(20, 239) as n;
insert into warehouse.fact_play (listener_key, played_at, track_key, ms_played, ms_source)
select 1, '2020-01-01'::timestamptz + n * interval '1 hour', n, n * 1000, 1
from generate_series(20, 239) as n;
"""
KEPT = """
select method, album_key, rank from bi.album_ranking where rank <= 200 or rating_count > 0
"""


def live_a_day(ledger: Connection, rng: random.Random, day: dt.date) -> None:
    """Hear something, change one's mind about some albums, take a rating back."""
    for hour in range(rng.choice((0, 2, 5))):
        moment = f"{day}T{hour:02}:00:00Z"
        play(ledger, rng.randrange(20, 240), rng.randrange(90_000), moment)
    for _ in range(rng.choice((0, 0, 1, 3))):
        rate(ledger, rng.randrange(20, 60), rng.randrange(101))
    if rng.random() < 0.2:
        with ledger.cursor() as cursor:
            cursor.execute(
                "delete from warehouse.fact_album_rating where album_key = %s",
                (rng.randrange(20, 60),),
            )


def test_history_is_what_a_row_a_day_would_hold(ledger: Connection) -> None:
    rng = random.Random(6)
    with ledger.cursor() as cursor:
        cursor.execute(MANY)
    first, last = dt.date(2023, 11, 20), dt.date(2024, 3, 5)
    kept: list[tuple[Any, ...]] = []
    expected: set[tuple[Any, ...]] = set()
    for number in range((last - first).days + 1):
        day = first + dt.timedelta(days=number)
        for _ in range(rng.choice((0, 1, 1, 2))):
            live_a_day(ledger, rng, day)
            load_ranks(ledger, ranked_on=day)
            kept = read(ledger, KEPT)
        expected |= {(day, *row) for row in kept}
    history = read(
        ledger,
        "select rank_date, method, album_key, rank from bi.album_ranking_history"
        f" where rank_date <= '{last}'",
    )
    assert len(history) == len(set(history))
    assert set(history) == expected
    assert read(ledger, "select packed_to from warehouse.etl_packed_rank") == [
        (dt.date(2024, 1, 31),)
    ]
    assert read(
        ledger, "select count(*) from warehouse.fact_album_rank where valid_to <= '2024-01-31'"
    ) == [(0,)]


def test_kept_are_all_rated_albums_and_the_first_200_of_each_method(ledger: Connection) -> None:
    with ledger.cursor() as cursor:
        cursor.execute(MANY)
    rate(ledger, 20, 0)  # heard least
    load_ranks(ledger, ranked_on=DAY)
    assert read(
        ledger,
        "select method, count(*)::integer, max(rank) from bi.album_ranking_history"
        f" where rank_date = '{DAY}' group by method order by method",
    ) == [("average", 1, 1), ("bayesian", 1, 1), ("blend", 201, 220), ("plays", 201, 220)]


def test_months_in_which_nobody_ranked_are_packed_as_they_stood(ledger: Connection) -> None:
    rate(ledger, 1, 90)
    load_ranks(ledger, ranked_on=dt.date(2022, 12, 30))
    load_ranks(ledger, ranked_on=DAY)
    assert read(
        ledger,
        "select year, cardinality(ranks), array_positions(ranks, 1)::text"
        " from warehouse.fact_album_rank_year where rank_method = 1 and year in (2022, 2026)",
    ) == [(2022, 365, "{364,365}"), (2026, 31, f"{{{','.join(map(str, range(1, 32)))}}}")]
    assert read(ledger, HELD) == [(1, 1, dt.date(2022, 12, 30), None)]


def test_movement_is_told_since_yesterday_last_week_and_last_month(ledger: Connection) -> None:
    (today,) = read(ledger, "select (now() at time zone 'UTC')::date")[0]
    rate(ledger, 1, 50)
    rate(ledger, 2, 90)
    load_ranks(ledger, ranked_on=today - dt.timedelta(days=40))
    rate(ledger, 3, 70)
    load_ranks(ledger, ranked_on=today - dt.timedelta(days=5))
    rate(ledger, 1, 95)
    assert read(
        ledger,
        """
        select
            album_key,
            places_up_since_yesterday,
            places_up_since_last_week,
            places_up_since_last_month
        from bi.album_ranking where method = 'average' order by rank
        """,
    ) == [(1, 2, 1, 1), (2, -1, -1, -1), (3, -1, None, None)]


def test_all_listeners_together_are_ranked_where_there_are_several(ledger: Connection) -> None:
    with ledger.cursor() as cursor:
        cursor.execute(
            """
            insert into warehouse.dim_listener (listener_key, account_id) values (2, 'bob');
            insert into warehouse.fact_album_rating
            (listener_key, album_key, rating, is_dated, rating_source)
            values (1, 1, 90, false, 'api'), (2, 1, 60, false, 'api'), (2, 2, 80, false, 'api');
            """
        )
    load_ranks(ledger, settings=RankSettings(), ranked_on=DAY)
    assert read(
        ledger,
        "select listener_key, album_key, average_rating::float, rating_count from bi.album_ranking"
        " where method = 'average' order by listener_key, rank",
    ) == [(0, 2, 80, 1), (0, 1, 75, 2), (1, 1, 90, 1), (2, 2, 80, 1), (2, 1, 60, 1)]
