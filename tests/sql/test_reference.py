"""The views against a reckoning of their own in plain Python, over worlds drawn at random."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg2.extensions import connection as Connection

from tests.long_form import lengthen
from tests.postgres import Server
from tests.sql import reference
from tests.sql.ledger import read, sum_up
from tests.sql.reference import Heard, Play, Track

#: Track 0 is the unknown one. 1 and 2 are one recording; 6 is credited by a mere name that
#: turned out to be artist 1; 5 and 7 tie by name first; nobody is credited on 8.
TRACKS = {
    0: Track("", 0, None, (), 0),
    1: Track("long", 900, 240_000, (1, 2), 1),
    2: Track("long", 900, 240_000, (1,), 2),
    3: Track("interlude", -3, 20_000, (1,), 1),
    4: Track("endless", -4, 7_200_000, (3,), 3),
    5: Track("beta", -5, 180_000, (5,), 0),
    6: Track("by name", -6, 200_000, (1,), 1),
    7: Track("alpha", -7, 180_000, (4,), 0),
    8: Track("nobody's", -8, None, (), 0),
}
ARTISTS = {1: "Main", 2: "Guest", 3: "Endless", 4: "Alpha", 5: "Beta"}
WORLD = """
insert into warehouse.dim_listener (listener_key, account_id) values (1, 'ana');
insert into warehouse.dim_artist (artist_key, artist_id, name, folded_name, metadata_level)
values (1, 'a1', 'Main', 'main', 2), (2, 'a2', 'Guest', 'guest', 2),
    (3, 'a3', 'Endless', 'endless', 2), (4, 'a4', 'Alpha', 'alpha', 2),
    (5, 'a5', 'Beta', 'beta', 2);
insert into warehouse.dim_artist (artist_key, name, folded_name, metadata_level, same_as_artist_key)
values (6, 'MAIN', 'main', 1, 1);
insert into warehouse.dim_album
(album_key, album_id, name, folded_name, folded_artist_name, metadata_level)
values (1, 'b1', 'One', 'one', 'main', 2), (2, 'b2', 'Two', 'two', 'main', 2),
    (3, 'b3', 'Three', 'three', 'endless', 2);
insert into warehouse.dim_album
(album_key, name, folded_name, folded_artist_name, metadata_level, same_as_album_key)
values (4, 'ONE', 'one', 'main', 1, 1);
insert into warehouse.dim_recording (recording_key, name, first_track_key) values (900, 'Long', 1);
insert into warehouse.dim_track (track_key, track_id, track_uri, name, folded_name,
    folded_artist_name, album_key, duration_ms, recording_key, match_key, metadata_level)
values
    (1, 't1', 'spotify:track:t1', 'Long', 'long', 'main', 1, 240000, 900, 1, 2),
    (2, 't0', 'spotify:track:t0', 'Long', 'long', 'main', 2, 240000, 900, 2, 2),
    (3, 't3', 'spotify:track:t3', 'Interlude', 'interlude', 'main', 1, 20000, 0, 3, 2),
    (4, 't4', 'spotify:track:t4', 'Endless', 'endless', 'endless', 3, 7200000, 0, 4, 2),
    (5, 't5', 'spotify:track:t5', 'Beta', 'beta', 'beta', 0, 180000, 0, 5, 2),
    (6, 't6', 'spotify:track:t6', 'By name', 'by name', 'main', 4, 200000, 0, 6, 2),
    (7, 't7', 'spotify:track:t7', 'Alpha', 'alpha', 'alpha', 0, 180000, 0, 7, 2),
    (8, 't8', 'spotify:track:t8', 'Nobody''s', 'nobody''s', '', 0, null, 0, 8, 2);
insert into warehouse.bridge_track_artist values
    (1, 1, 0, 'main'), (1, 2, 1, 'featured'), (2, 1, 0, 'main'), (3, 1, 0, 'main'),
    (4, 3, 0, 'main'), (5, 5, 0, 'main'), (6, 6, 0, 'main'), (7, 4, 0, 'main');
insert into warehouse.fact_album_release (listener_key, album_key, artist_key, found_by,
    edition_name, is_followed, is_new) values (1, 1, 6, 'artist', 'one', true, true);
"""
DETAILS: tuple[tuple[bool | None, str | None], ...] = (
    (None, None), (True, "fwdbtn"), (False, "trackdone"), (None, "fwdbtn"), (None, "trackdone"),
    (None, "unknown"), (False, "fwdbtn"), (None, "endplay"),
)  # fmt: skip
MINUTE = 60
DAY = 24 * 60 * MINUTE
#: Seconds before now: near one another, near half an hour, days, months and years away, ahead.
AGES = st.one_of(
    st.integers(0, 6).map(lambda n: n * 20),
    st.integers(0, 6).map(lambda n: n * 29 * MINUTE),
    st.integers(0, 9).map(lambda n: n * DAY),
    st.integers(0, 40).map(lambda n: n * 31 * DAY + 5),
    st.integers(-2, -1).map(lambda n: n * DAY),
)
PLAYS = st.lists(
    st.tuples(
        AGES,
        st.sampled_from(sorted(TRACKS)),
        st.sampled_from((None, None, 0, 5_000, 20_000, 29_999, 30_000, 180_000, 5_400_000)),
        st.sampled_from(DETAILS),
    ),
    min_size=1,
    max_size=14,
    unique_by=lambda drawn: (drawn[0], drawn[1]),
)
ZONES = st.sampled_from(("UTC", "Europe/Berlin", "America/New_York", "Pacific/Kiritimati"))


@pytest.fixture(scope="module")
def world(postgres_server: Server, template_database: str) -> Iterator[Connection]:
    """Lend one ledger to all that is drawn."""
    with postgres_server.lend_database(template_database) as url:
        opened = psycopg2.connect(url)
        opened.autocommit = True
        with opened.cursor() as cursor:
            cursor.execute(WORLD)
            cursor.executemany(
                "insert into warehouse.dim_play_detail (play_detail_key, is_skipped, reason_end)"
                " values (%s, %s, %s)",
                [(key, *detail) for key, detail in enumerate(DETAILS) if key],
            )
        yield opened
        opened.close()


def fill(world: Connection, drawn: list[tuple[Any, ...]], zone: str) -> list[Heard]:
    """Put the plays into the ledger, in the order they were drawn; return them as heard."""
    now = datetime.now(UTC).replace(microsecond=0)
    plays = [Play(now - timedelta(seconds=age), track, ms, *told) for age, track, ms, told in drawn]
    rows = [
        (play.at, play.track, play.ms, DETAILS.index(told), int(play.ms is not None))
        for play, (_, _, _, told) in zip(plays, drawn, strict=True)
    ]
    with world.cursor() as cursor:
        cursor.execute("delete from warehouse.fact_play")
        cursor.execute("update warehouse.dim_listener set timezone = %s", (zone,))
        cursor.executemany(
            "insert into warehouse.fact_play (listener_key, played_at, track_key, ms_played,"
            " play_detail_key, ms_source) values (1, %s, %s, %s, %s, %s)",
            rows,
        )
    sum_up(world)
    return reference.hear(plays, TRACKS, zone)


usual = settings(max_examples=lengthen(15), suppress_health_check=list(HealthCheck))


@usual
@given(drawn=PLAYS, zone=ZONES)
def test_views_say_what_the_plays_say(
    world: Connection, drawn: list[tuple[Any, ...]], zone: str
) -> None:
    heard = fill(world, drawn, zone)

    check_sessions(world, heard)
    check_first_times(world, heard)
    for days in (7, 365, None):
        check_period(world, heard, days, zone)
    check_release(world, heard)


def check_sessions(world: Connection, heard: list[Heard]) -> None:
    found = read(
        world,
        "select started_at, ended_at, play_count, ms_measured + ms_estimated"
        " from warehouse.summary_session",
    )
    assert set(found) == reference.find_sessions(heard)


def check_first_times(world: Connection, heard: list[Heard]) -> None:
    for kind, keys in {
        "artist": lambda one: one.track.artists,
        "song": lambda one: (one.track.song,),
        "album": lambda one: (one.track.album,),
    }.items():
        found = read(
            world,
            "select item_key, first_heard_date, last_heard_date, play_count, ms_listened"
            f" from bi.discovery where kind = '{kind}'",
        )
        assert set(found) == reference.find_discoveries(heard, keys)
    new = read(
        world,
        "select play_date, item_key, play_count, ms_listened from bi.daily_top"
        " where list = 'new artist'",
    )
    assert set(new) == reference.find_new_artists(heard)
    back = read(
        world,
        "select artist_key, last_heard_date, returned_date, ms_before, ms_since from bi.comeback",
    )
    assert set(back) == reference.find_comebacks(heard)


def check_period(world: Connection, heard: list[Heard], days: int | None, zone: str) -> None:
    (today,) = read(world, f"select (now() at time zone '{zone}')::date")[0]
    name = f"{days} days" if days else "all time"
    span = [one for one in heard if not days or today - timedelta(days=days) < one.day <= today]
    where = f"from bi.{{}} where period = '{name}'"
    totals = read(world, f"select play_count, ms_listened {where.format('period_listening')}")
    # Nothing polled or imported this world: without a play there is no number, and no 0.
    known = (len(span), sum(one.ms for one in span)) if span else (None, None)
    assert totals in ([known], [])
    assert (totals == []) == (min(one.day for one in heard) > today and bool(days))
    check_tops(world, span, where)
    skips = read(
        world,
        "select artist_key, play_count, judged_count, reasoned_count, skip_count "
        + where.format("skip_rate"),
    )
    assert set(skips) == reference.find_skips(span)
    unnamed = dict(read(world, f"select kind, ms_listened {where.format('unnamed_listening')}"))
    lacking = {
        "song": [one for one in span if not one.track.song],
        "album": [one for one in span if not one.track.album],
        "artist": [one for one in span if not one.track.artists],
    }
    assert unnamed == {kind: sum(o.ms for o in plays) for kind, plays in lacking.items() if plays}


def check_tops(world: Connection, span: list[Heard], where: str) -> None:
    columns = "select {}, play_count, ms_listened "
    order = " order by place"
    assert read(
        world, columns.format("song_key") + where.format("top_track") + order
    ) == reference.rank(
        span, lambda one: (one.track.song,), lambda _, plays: (plays[0].track.name,)
    )
    assert read(
        world, columns.format("album_key") + where.format("top_album") + order
    ) == reference.rank(
        span, lambda one: (one.track.album,), lambda key, _: (("", "one", "two", "three")[key],)
    )
    top = columns.format("artist_key") + where.format("top_artist") + " and credit = 'all'"
    assert read(world, top + order) == reference.rank(
        span, lambda one: one.track.artists, lambda key, _: (ARTISTS[key],)
    )


def check_release(world: Connection, heard: list[Heard]) -> None:
    """Check a release of an artist who is found by a mere name: every name's plays are theirs."""
    by_main = [one for one in heard if 1 in one.track.artists]
    of_album = [one for one in heard if one.track.album == 1]
    assert read(
        world, "select artist_play_count, artist_ms_listened, album_play_count from bi.new_release"
    ) == [(len(by_main), sum(one.ms for one in by_main), len(of_album))]
