from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from everheard.rows import Moment, StagedRows
from everheard.sources.spotify.rows import read_items, to_page, to_poll_rows, trim_answer
from tests.everheard.pages import (
    Json,
    at,
    make_album,
    make_answer,
    make_full_answer,
    make_item,
    make_track,
)


def to_rows(*items: Any) -> StagedRows:
    return to_poll_rows(read_items(make_answer(*items))[0])


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
    assert counts == {"poll": 5, "told": 0, "album_artist": 1, "track_artist": 1} | dict.fromkeys(
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
