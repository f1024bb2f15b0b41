"""Which track ids are one recording: deterministic, incremental, undoable."""

from __future__ import annotations

import random
from typing import Any, NamedTuple

import pytest
from psycopg2.extensions import connection as Connection

from everheard.ledger.recordings import UnknownTrack, decide_recording, join_recordings


class Song(NamedTuple):
    """One track id as the ledger knows it."""

    track_id: str
    isrc: str | None = None
    seconds: float | None = 200
    name: str = "song"
    artist: str = "band"


def add(connection: Connection, *songs: Song) -> None:
    with connection.cursor() as cursor:
        for song in songs:
            cursor.execute(
                """
                insert into warehouse.dim_track (track_id, track_uri, name, folded_name,
                    folded_artist_name, duration_ms, isrc, match_key, metadata_level, described_at)
                values (%s, %s, %s, %s, %s, %s, %s, 0, 3, now())
                """,
                (
                    song.track_id,
                    f"spotify:track:{song.track_id}",
                    song.name,
                    song.name,
                    song.artist,
                    song.seconds and int(song.seconds * 1000),
                    song.isrc,
                ),
            )


def read(connection: Connection, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters or None)
        return cursor.fetchall()


def find_recordings(connection: Connection) -> set[str]:
    """Return the recordings, each as the ids of its tracks, sorted and joined."""
    rows = read(
        connection,
        "select string_agg(track_id, ' ' order by track_id) from warehouse.dim_track"
        " where track_key <> 0 group by recording_key",
    )
    return {ids for (ids,) in rows}


def join(connection: Connection, *songs: Song) -> set[str]:
    add(connection, *songs)
    join_recordings(connection)
    return find_recordings(connection)


def test_ids_with_one_isrc_are_one_recording_whatever_their_names(connection: Connection) -> None:
    found = join(connection, Song("a", "X1"), Song("b", "X1", name="other"), Song("c", "X2"))
    assert found == {"a b", "c"}


def test_the_two_ways_meet_in_one_recording(connection: Connection) -> None:
    found = join(
        connection, Song("a", "X1"), Song("b", None, 201.5), Song("c", None, 199), Song("d", "X1")
    )
    assert found == {"a b c d"}


@pytest.mark.parametrize(
    "other", [Song("b", None, 203), Song("b", name="song 2"), Song("b", artist="others")]
)
def test_other_length_name_or_artist_is_another_recording(
    connection: Connection, other: Song
) -> None:
    assert join(connection, Song("a"), other) == {"a", "b"}


def test_lengths_join_within_two_seconds_and_never_by_way_of_those_between(
    connection: Connection,
) -> None:
    chain = [Song(name, None, 200 + 2 * place) for place, name in enumerate("abcd")]
    assert join(connection, *reversed(chain)) == {"a b", "c d"}
    # A code near the last of them takes it alone: 208 is too far from 204.
    assert join(connection, Song("e", "X1", 208)) == {"a b", "c", "d e"}


def test_two_codes_stay_two_and_the_nearest_takes_what_has_none(connection: Connection) -> None:
    found = join(connection, Song("a", "X1", 200), Song("b", "X2", 202), Song("c", None, 201.5))
    assert found == {"a", "b c"}


def test_unknown_length_joins_nothing(connection: Connection) -> None:
    assert join(connection, Song("a", None, None), Song("b", None, None)) == {"a", "b"}


def test_a_code_that_comes_later_moves_the_track(connection: Connection) -> None:
    assert join(connection, Song("a"), Song("b"), Song("c", "X1", 300)) == {"a b", "c"}
    read(
        connection,
        "update warehouse.dim_track set isrc = 'X1', described_at = now() where track_id = 'a'"
        " returning 1",
    )
    join_recordings(connection)
    assert find_recordings(connection) == {"a b c"}


def test_order_and_parting_of_arrivals_do_not_matter(connection: Connection) -> None:
    rng = random.Random(7)
    songs = [
        Song(f"t{number:02}", rng.choice([None, "X1", "X2"]), rng.randrange(195, 215), name)
        for number, name in enumerate(["one", "two"] * 15)
    ]
    whole = join(connection, *songs)
    for seed in range(4):
        with connection.cursor() as cursor:
            cursor.execute("delete from warehouse.dim_track where track_key <> 0")
        rng = random.Random(seed)
        shuffled = rng.sample(songs, len(songs))
        while shuffled:
            size = rng.randint(1, 9)
            found = join(connection, *shuffled[:size])
            shuffled = shuffled[size:]
        assert found == whole


def test_decisions_are_stronger_than_codes_and_can_be_undone(connection: Connection) -> None:
    assert join(connection, Song("a", "X1"), Song("b", "X1"), Song("c", "X2")) == {"a b", "c"}
    decide_recording(connection, "b", "a", is_same=False)
    decide_recording(connection, "a", "c", is_same=True)
    join_recordings(connection)
    assert find_recordings(connection) == {"a c", "b"}
    decide_recording(connection, "a", "b", is_same=None)
    decide_recording(connection, "c", "a", is_same=None)
    join_recordings(connection)
    assert find_recordings(connection) == {"a b", "c"}


def test_decision_on_a_track_that_was_never_heard_is_refused(connection: Connection) -> None:
    add(connection, Song("a"))
    with pytest.raises(UnknownTrack, match="two different tracks"):
        decide_recording(connection, "a", "z", is_same=True)


def test_second_join_changes_nothing_and_leaves_no_empty_recording(connection: Connection) -> None:
    join(connection, Song("a"), Song("b", "X1", 300))
    add(connection, Song("c", "X2"))
    join_recordings(connection)
    before = read(connection, "select xmin::text, * from warehouse.dim_track order by track_key")
    join_recordings(connection)
    after = read(connection, "select xmin::text, * from warehouse.dim_track order by track_key")
    assert before == after
    empty = read(
        connection,
        "select recording_key from warehouse.dim_recording where recording_key <> 0"
        " except select recording_key from warehouse.dim_track",
    )
    assert empty == []
