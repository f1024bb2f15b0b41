from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from everheard.rows import BLANK, FROM_PLAY, NAMED, StagedRows, TrackRow
from everheard.sources.spotify.rows import clean_text, read_items, to_poll_rows
from tests.everheard.pages import (
    make_album,
    make_answer,
    make_artist,
    make_id,
    make_item,
    make_track,
)


def to_rows(*items: Any) -> StagedRows:
    return to_poll_rows(read_items(make_answer(*items))[0])


def to_track(**fields: Any) -> TrackRow:
    (track,) = to_rows(make_item(0, make_track(**fields))).track
    return track


@pytest.mark.parametrize("track", [None, [], "gone", {}])
def test_null_track_is_a_play_of_the_unknown_track(track: Any) -> None:
    rows = to_rows({**make_item(0), "track": track})
    assert [poll.track_ref for poll in rows.poll] == [0]
    assert rows.track == rows.album == rows.artist == []


def test_local_file_is_known_by_its_uri() -> None:
    track = to_track(id=None, uri="spotify:local:Band:Record:Song:200", is_local=True)
    assert (track.track_id, track.track_uri) == (None, "spotify:local:Band:Record:Song:200")
    assert track.is_local
    assert track.metadata_level == FROM_PLAY


def test_track_without_uri_is_known_by_its_id() -> None:
    track = to_track(uri=None)
    assert track.track_uri == f"spotify:track:{make_id('track', 'Song', 'Band', '')}"


def test_track_without_uri_and_id_is_known_by_its_name() -> None:
    track = to_track(uri=None, id=None)
    assert (track.track_uri, track.folded_name, track.folded_artist_name) == (None, "song", "band")


def test_local_album_and_artist_without_ids_are_known_by_their_names() -> None:
    nameless = {"id": None, "artists": [{"id": None, "name": "Bänd"}]}
    album = make_album() | nameless
    rows = to_rows(make_item(0, make_track(album=album) | nameless))
    assert [(artist.artist_id, artist.folded_name) for artist in rows.artist] == [(None, "band")]
    assert [(row.album_id, row.folded_artist_name) for row in rows.album] == [(None, "band")]
    assert {row.metadata_level for row in (*rows.artist, *rows.album)} == {NAMED}


def test_blanked_track_is_marked_blank_and_brings_no_credits() -> None:
    album = make_album("", release_date="0000", release_date_precision="year", images=[])
    rows = to_rows(make_item(0, make_track(name="", duration_ms=0, album=album)))
    (track,), (blank_album,) = rows.track, rows.album
    assert (track.metadata_level, track.name, track.duration_ms) == (BLANK, "", None)
    assert (blank_album.metadata_level, blank_album.release_date) == (BLANK, None)
    assert (blank_album.release_date_precision, blank_album.image_url) == (None, None)
    assert rows.track_artist == rows.album_artist == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1999", (date(1999, 1, 1), "year")),
        ("1999-07", (date(1999, 7, 1), "month")),
        ("1999-07-30", (date(1999, 7, 30), "day")),
        ("0000", (None, None)),
        ("0000-00-00", (None, None)),
        ("1999-02-30", (None, None)),
        ("19", (None, None)),
        ("soon", (None, None)),
        ("", (None, None)),
        (None, (None, None)),
        (1999, (None, None)),
    ],
)
def test_release_dates_are_as_precise_as_they_are(text: Any, expected: tuple[Any, Any]) -> None:
    album = make_album(release_date=text)
    (row,) = to_rows(make_item(0, make_track(album=album))).album
    assert (row.release_date, row.release_date_precision) == expected


@pytest.mark.parametrize(
    ("given_ms", "expected"),
    [
        (200_000, 200_000),
        (200_000.0, 200_000),
        (0, None),
        (-5, None),
        (2**31, None),
        (1e300, None),
        (float("nan"), None),
        (float("inf"), None),
        (True, None),
        ("200000", None),
        (None, None),
    ],
)
def test_numbers_that_make_no_sense_are_left_out(given_ms: Any, expected: int | None) -> None:
    assert to_track(duration_ms=given_ms).duration_ms == expected


def test_upper_case_album_type_is_folded() -> None:
    (album,) = to_rows(make_item(0, make_track(album=make_album(album_type="SINGLE")))).album
    assert album.album_type == "single"


@pytest.mark.parametrize(
    ("isrc", "expected"),
    [
        ("DE-A12-05-00001", "DEA120500001"),
        ("dea120500001", "DEA120500001"),
        ("DEA1205", None),
        ("", None),
        (None, None),
    ],
)
def test_isrcs_are_written_one_way_or_left_out(isrc: Any, expected: str | None) -> None:
    assert to_track(external_ids={"isrc": isrc}).isrc == expected


def test_widest_picture_is_kept() -> None:
    images = [{"url": "s", "width": 64}, {"url": "l", "width": 640}, {"url": "x", "width": None}]
    (album,) = to_rows(make_item(0, make_track(album=make_album(images=images)))).album
    assert album.image_url == "l"


@pytest.mark.parametrize("artists", [None, [], [None], [{"id": None, "name": None}], [{"name": 3}]])
def test_missing_artists_cost_only_themselves(artists: Any) -> None:
    rows = to_rows(make_item(0, {**make_track(album={}), "artists": artists}))
    assert (len(rows.track), rows.artist, rows.track_artist) == (1, [], [])


def test_artist_without_a_name_is_kept_by_id() -> None:
    rows = to_rows(make_item(0, {**make_track(album={}), "artists": [make_artist("", "x" * 22)]}))
    assert [(artist.artist_id, artist.metadata_level) for artist in rows.artist] == [
        ("x" * 22, BLANK)
    ]


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("a\x00b", "ab"),
        ("a\ud83db", "a?b"),
        ("😀" * 300, "😀" * 300),
        ("  padded ", "padded"),
        (None, ""),
        (7, ""),
    ],
)
def test_text_is_what_postgres_takes(text: Any, clean: str) -> None:
    assert clean_text(text) == clean


def test_context_without_a_type_takes_it_from_its_uri() -> None:
    item = {**make_item(0), "context": {"uri": "spotify:user:ada:collection"}}
    assert [context.context_type for context in to_rows(item).context] == ["user"]


def test_key_too_long_for_an_index_keeps_its_beginning_and_stays_one_of_a_kind() -> None:
    long = "spotify:local:" + "%E3%81%82" * 300
    keys = {to_track(id=None, uri=long + end).track_uri for end in ("", "", "a", "b")}
    assert len(keys) == 3
    assert all(key and key.startswith(long[:400]) and len(key) < 600 for key in keys)
