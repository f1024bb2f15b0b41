"""How tracks, albums, artists and credits are described, better and worse, first and later."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.everheard.ledger.ledger import HistoryRow, Ledger
from tests.everheard.pages import (
    Json,
    make_album,
    make_artist,
    make_id,
    make_item,
    make_track,
)

SONG = make_track()
BLANK_ALBUM = make_album("", release_date="0000", images=[], album_type=None, total_tracks=0)


def read_track(ledger: Ledger, *columns: str) -> tuple[Any, ...]:
    return ledger.read_one(
        f"select {', '.join(columns)} from warehouse.dim_track where track_key > 0"
    )


def read_album(ledger: Ledger, *columns: str) -> tuple[Any, ...]:
    return ledger.read_one(
        f"select {', '.join(columns)} from warehouse.dim_album where album_key > 0"
    )


def read_credits(ledger: Ledger, bridge: str = "track") -> list[tuple[Any, ...]]:
    return ledger.read(
        f"select artist.name, artist_position, artist_role"
        f" from warehouse.bridge_{bridge}_artist join warehouse.dim_artist as artist"
        " using (artist_key) order by artist_position"
    )


def blank(track: Json) -> Json:
    """Return a track as it comes once it was taken down."""
    album = BLANK_ALBUM | {"id": track["album"]["id"], "artists": track["album"]["artists"]}
    return track | {"name": "", "duration_ms": 0, "external_ids": {}, "album": album}


def test_everything_an_item_says_is_kept(ledger: Ledger) -> None:
    ledger.poll(make_item(0, make_track(artists=["Band", "Guest"]), "spotify:playlist:p"))
    assert read_track(
        ledger, "name", "duration_ms", "isrc", "disc_number", "track_number", "is_explicit"
    ) == ("Song", 200_000, "DEA120500001", 1, 3, False)
    assert read_album(
        ledger, "name", "album_type", "release_date", "release_date_precision", "total_track_count"
    ) == ("Record", "album", date(2020, 5, 17), "day", 12)
    assert read_credits(ledger) == [("Band", 0, "main"), ("Guest", 1, "featured")]
    assert read_credits(ledger, "album") == [("Band", 0, "main")]
    assert ledger.read(
        "select context_uri, context_type from warehouse.dim_context where context_key > 0"
    ) == [("spotify:playlist:p", "playlist")]


def test_blanked_track_never_overwrites_a_value(ledger: Ledger) -> None:
    ledger.poll(make_item(0, SONG))
    tables = "dim_track", "dim_album", "dim_artist", "bridge_track_artist", "bridge_album_artist"
    before = {
        table: ledger.read(f"select * from warehouse.{table} order by 1, 2") for table in tables
    }
    assert ledger.poll(make_item(300, blank(SONG))).new_count == 1
    after = {
        table: ledger.read(f"select * from warehouse.{table} order by 1, 2") for table in tables
    }
    assert after == before


def test_blanked_track_is_described_when_it_comes_back(ledger: Ledger) -> None:
    ledger.poll(make_item(0, blank(SONG)))
    assert read_track(ledger, "name", "metadata_level") == ("", 0)
    ledger.poll(make_item(300, SONG))
    assert read_track(ledger, "name", "duration_ms", "metadata_level") == ("Song", 200_000, 2)
    assert read_album(ledger, "name", "release_date") == ("Record", date(2020, 5, 17))
    assert read_credits(ledger) == [("Band", 0, "main")]


def test_two_blanked_tracks_stay_two(ledger: Ledger) -> None:
    ledger.poll(make_item(0, blank(SONG)), make_item(0, blank(make_track("Other"))))
    assert len(ledger.plays()) == 2


@pytest.mark.parametrize("text", ["0000", None, "", "0000-00-00"])
def test_missing_year_never_overwrites_a_date(ledger: Ledger, text: str | None) -> None:
    ledger.poll(make_item(0, SONG))
    ledger.poll(make_item(300, make_track(album=make_album(release_date=text))))
    assert read_album(ledger, "release_date", "release_date_precision") == (
        date(2020, 5, 17),
        "day",
    )


def test_later_answer_of_the_same_kind_overwrites(ledger: Ledger) -> None:
    ledger.poll(make_item(0, SONG))
    ledger.poll(make_item(300, SONG | {"name": "Song (2026 mix)", "duration_ms": 201_000}))
    assert read_track(ledger, "name", "folded_name", "duration_ms") == (
        "Song (2026 mix)",
        "song (2026 mix)",
        201_000,
    )


def test_missing_fields_of_a_later_answer_leave_the_values(ledger: Ledger) -> None:
    ledger.poll(make_item(0, SONG))
    bare = {"id": SONG["id"], "uri": SONG["uri"], "name": "Song", "artists": SONG["artists"]}
    ledger.poll(make_item(300, bare))
    assert read_track(ledger, "duration_ms", "isrc", "is_explicit") == (
        200_000,
        "DEA120500001",
        False,
    )
    assert read_track(ledger, "album_key") != (0,)


def test_later_answer_without_artists_leaves_artists_and_their_names(ledger: Ledger) -> None:
    ledger.poll(make_item(0, SONG))
    ledger.poll(make_item(300, SONG | {"artists": [], "album": SONG["album"] | {"artists": None}}))
    assert read_track(ledger, "folded_artist_name") == ("band",)
    assert read_album(ledger, "folded_artist_name") == ("band",)
    assert read_credits(ledger) == read_credits(ledger, "album") == [("Band", 0, "main")]


def test_what_a_play_tells_overwrites_a_mere_name(ledger: Ledger) -> None:
    ledger.import_rows(HistoryRow(0, SONG["id"], "song?", "band?"))
    assert read_track(ledger, "name", "metadata_level") == ("song?", 1)
    ledger.poll(make_item(5000, SONG))
    assert read_track(ledger, "name", "folded_artist_name", "duration_ms", "metadata_level") == (
        "Song",
        "band",
        200_000,
        2,
    )


def test_mere_name_never_overwrites_what_a_play_told(ledger: Ledger) -> None:
    columns = "name", "folded_artist_name", "duration_ms", "album_key", "metadata_level"
    ledger.poll(make_item(0, SONG))
    before = read_track(ledger, *columns)
    ledger.import_rows(HistoryRow(5000, SONG["id"], "song?", "band?"))
    assert read_track(ledger, *columns) == before


@pytest.mark.parametrize("names", [("Alpha", "Beta"), ("Beta", "Alpha")])
def test_least_of_two_mere_names_wins_whatever_came_first(
    ledger: Ledger, names: tuple[str, str]
) -> None:
    for seconds, name in enumerate(names):
        ledger.import_rows(HistoryRow(seconds * 5000, "t" * 22, name, "Band"))
    assert read_track(ledger, "name") == ("Alpha",)


def test_credits_are_replaced_as_a_whole(ledger: Ledger) -> None:
    ledger.poll(make_item(0, make_track(artists=["Band", "Guest"])))
    artists = [make_artist("Band"), make_artist("Third"), make_artist("Guest")]
    changed = make_track(artists=["Band", "Guest"]) | {"artists": artists}
    ledger.poll(make_item(300, changed))
    assert [name for name, *_ in read_credits(ledger)] == ["Band", "Third", "Guest"]
    ledger.poll(make_item(600, changed | {"artists": artists[:1]}))
    assert read_credits(ledger) == [("Band", 0, "main")]


def test_new_main_artist_takes_the_place_of_the_old(ledger: Ledger) -> None:
    ledger.poll(make_item(0, SONG))
    ledger.poll(make_item(300, SONG | {"artists": [make_artist("Solo")]}))
    assert read_credits(ledger) == [("Solo", 0, "main")]
    assert read_track(ledger, "folded_artist_name") == ("solo",)


def test_renamed_artist_is_one_artist(ledger: Ledger) -> None:
    ledger.poll(make_item(0, SONG))
    renamed = make_artist("The Band", make_id("artist", "Band"))
    ledger.poll(make_item(300, SONG | {"artists": [renamed], "album": {}}))
    assert ledger.read("select name from warehouse.dim_artist where artist_key > 0") == [
        ("The Band",)
    ]


def test_local_file_is_a_track_with_albums_and_artists_by_name(ledger: Ledger) -> None:
    album = make_album("Tape") | {"id": None, "artists": []}
    local = SONG | {
        "id": None,
        "uri": "spotify:local:Me:Tape:Song:12",
        "is_local": True,
        "album": album,
        "artists": [{"id": None, "name": "Me"}],
    }
    ledger.poll(make_item(0, local), make_item(300, local))
    assert read_track(ledger, "track_id", "track_uri", "is_local") == (
        None,
        "spotify:local:Me:Tape:Song:12",
        True,
    )
    assert read_album(ledger, "album_id", "name") == (None, "Tape")
    assert read_credits(ledger) == [("Me", 0, "main")]


@pytest.mark.parametrize(
    "spoilt",
    [
        {"name": "x" * 300},
        {"name": "😀" * 300},
        {"name": "a\x00b\ud83d"},
        {"name": "".join(chr(0x4E00 + n * 7 % 20000) for n in range(3000))},
        {"uri": "spotify:local:" + "".join(chr(0x4E00 + n * 7 % 20000) for n in range(3000))},
        {"disc_number": 99_999, "track_number": 2**31 - 1},
        {"disc_number": 1.0, "track_number": -1, "duration_ms": 1e9},
        {"album": make_album(total_tracks=40_000, album_type="COMPILATION")},
        {"artists": [make_artist(f"Singer {n}") for n in range(60)]},
        {"artists": [make_artist("".join(chr(0x4E00 + n * 7 % 20000) for n in range(3000)))]},
        {"album": make_album("".join(chr(0x4E00 + n * 7 % 20000) for n in range(3000)), id=None)},
    ],
)
def test_odd_values_are_taken_like_any_other(ledger: Ledger, spoilt: Json) -> None:
    items = make_item(0, SONG | {"id": "odd", "uri": "spotify:track:odd"} | spoilt), make_item(9)
    assert ledger.poll(*items).new_count == 2
    assert ledger.poll(*items).known_count == 2
