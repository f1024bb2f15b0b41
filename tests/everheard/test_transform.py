from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from everheard.rows import BLANK, FROM_PLAY, NAMED, Moment, StagedRows, TrackRow
from everheard.transform import (
    clean_text,
    read_items,
    to_page,
    to_poll_rows,
    trim_answer,
)
from tests.everheard.pages import (
    Json,
    at,
    make_album,
    make_answer,
    make_artist,
    make_full_answer,
    make_id,
    make_item,
    make_track,
)


def to_rows(*items: Any) -> StagedRows:
    return to_poll_rows(read_items(make_answer(*items))[0])


def to_track(**fields: Any) -> TrackRow:
    (track,) = to_rows(make_item(0, make_track(**fields))).track
    return track


def test_one_play_gives_its_track_album_artists_credits_and_context() -> None:
    rows = to_rows(make_item(0, make_track(artists=["Band", "Guest"]), "spotify:album:x"))
    (track,), (album,), (context,), (poll,) = rows.track, rows.album, rows.context, rows.poll
    assert (track.name, track.duration_ms, track.isrc) == ("Song", 200_000, "DEA120500001")
    assert (track.folded_name, track.folded_artist_name) == ("song", "band")
    assert (album.name, album.album_type, album.total_track_count) == ("Record", "album", 12)
    assert (album.release_date, album.release_date_precision) == (date(2020, 5, 17), "day")
    assert album.image_url == "https://i.example/Record/64"
    assert [artist.name for artist in rows.artist] == ["Band", "Guest"]
    assert (context.context_uri, context.context_type) == ("spotify:album:x", "album")
    assert poll == (at(0), track.track_ref, context.context_ref)
    assert track.album_ref == album.album_ref


def test_artists_beside_the_albums_own_are_featured() -> None:
    album = make_album(artists=["Band", "Partner"])
    rows = to_rows(make_item(0, make_track(artists=["Band", "Guest", "Partner"], album=album)))
    names = {artist.artist_ref: artist.name for artist in rows.artist}
    assert [(names[c.artist_ref], c.artist_position, c.artist_role) for c in rows.track_artist] == [
        ("Band", 0, "main"),
        ("Guest", 1, "featured"),
        ("Partner", 2, "main"),
    ]
    assert {credit.artist_role for credit in rows.album_artist} == {"main"}


def test_everything_is_staged_once_however_often_it_was_played() -> None:
    rows = to_rows(*(make_item(second, context="spotify:playlist:p") for second in range(5)))
    counts = {name: len(table) for name, table in vars(rows).items()}
    assert counts == {"poll": 5, "album_artist": 1, "track_artist": 1} | dict.fromkeys(
        ("artist", "album", "track", "context"), 1
    )


def test_one_artist_named_twice_on_a_track_is_credited_once() -> None:
    assert len(to_rows(make_item(0, make_track(artists=["Band", "Band"]))).track_artist) == 1


def test_items_are_read_oldest_first_whatever_their_order() -> None:
    items, _ = read_items(make_answer(make_item(9), make_item(3), make_item(6)))
    assert [item.moment.played_at for item in items] == [at(3), at(6), at(9)]


@pytest.mark.parametrize(
    "broken",
    [
        None,
        7,
        "text",
        [],
        {},
        {"played_at": None, "track": make_track()},
        {"played_at": 1_700_000_000, "track": make_track()},
        {"played_at": "yesterday", "track": make_track()},
        {"played_at": "0001-01-01T00:00:00+14:00", "track": make_track()},
        make_item(0, {"uri": "spotify:episode:1", "name": "Talk"}),
    ],
)
def test_unreadable_item_costs_itself_only(broken: Any) -> None:
    items, faults = read_items(make_answer(make_item(1), broken, make_item(2)))
    assert [item.moment.played_at for item in items] == [at(1), at(2)]
    assert len(faults) == 1
    assert "item 2" in faults[0]


def test_faults_name_no_track() -> None:
    _, faults = read_items(make_answer({"track": make_track("Secret pleasure")}))
    assert "Secret" not in faults[0]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-01T12:00:00.123Z", datetime(2026, 3, 1, 12, 0, 0, 123_000, UTC)),
        ("2026-03-01T12:00:00Z", datetime(2026, 3, 1, 12, tzinfo=UTC)),
        ("2026-03-01T13:00:00+01:00", datetime(2026, 3, 1, 12, tzinfo=UTC)),
        ("2026-03-01T12:00:00.5", datetime(2026, 3, 1, 12, 0, 0, 500_000, UTC)),
    ],
)
def test_moments_are_utc_with_their_milliseconds(text: str, moment: datetime) -> None:
    (item,), _ = read_items(make_answer({**make_item(0), "played_at": text}))
    assert item.moment.played_at == moment
    assert item.moment.played_at.tzinfo is UTC


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


@pytest.mark.parametrize(("count", "is_full"), [(49, False), (50, True)])
def test_page_is_full_at_fifty_items(count: int, is_full: bool) -> None:
    assert to_page(make_full_answer(count=count)).is_full is is_full


def test_unreadable_items_count_when_a_page_is_full() -> None:
    answer = make_full_answer()
    answer["items"][7] = None
    page = to_page(answer)
    assert page.is_full
    assert len(page.moments) == 49


def test_page_knows_its_moments_in_order_and_its_oldest_track_length() -> None:
    track = make_track("Long", duration_ms=900_000)
    page = to_page(make_answer(make_item(600), make_item(0, track)))
    assert page.moments == (Moment(at(0), track["uri"]), Moment(at(600), make_track()["uri"]))
    assert page.oldest_duration_ms == 900_000


def test_empty_answer_is_an_empty_page() -> None:
    assert to_page({"items": []}) == ((), False, 0)


def _add_noise(answer: Json) -> Json:
    noisy = json.loads(json.dumps(answer))
    for item in noisy["items"]:
        item["track"]["popularity"] = 50
        item["track"]["album"]["available_markets"] = ["DE"]
        item["track"]["artists"][0]["href"] = "https://api.example"
    return {**noisy, "href": "https://api.example", "next": "https://api.example"}


def test_trimmed_answer_says_all_that_we_use_and_nothing_else() -> None:
    answer = make_answer(make_item(1, context="spotify:album:a"), make_item(0))
    trimmed = trim_answer(_add_noise(answer))
    assert trimmed == trim_answer(trimmed)
    assert "popularity" not in json.dumps(trimmed)
    assert "api.example" not in json.dumps(trimmed)
    read = to_poll_rows(read_items(answer)[0])
    assert to_poll_rows(read_items(trimmed)[0]) == read
    assert to_page(trimmed) == to_page(answer)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
FIELDS = ["played_at", "track", "context"]
TRACK_FIELDS = [*make_track(), "nonsense"]


@given(
    st.lists(
        st.fixed_dictionaries(
            {"played_at": st.just("2026-03-01T12:00:00Z") | JSON},
            optional={
                "context": JSON,
                "track": JSON
                | st.builds(
                    lambda spoilt: make_track() | spoilt,
                    st.dictionaries(st.sampled_from(TRACK_FIELDS), JSON, max_size=4),
                ),
            },
        )
        | JSON,
        max_size=4,
    )
)
def test_no_answer_is_too_broken_to_be_read(items: list[Any]) -> None:
    answer = make_answer(make_item(60, make_track("Whole")), *items)
    readable, faults = read_items(answer)
    rows = to_poll_rows(readable)
    assert len(readable) + len(faults) == len(items) + 1
    assert len(rows.poll) == len(readable)
    assert "Whole" in {track.name for track in rows.track}
    assert len(to_page(trim_answer(answer)).moments) == len(readable)
