from __future__ import annotations

import pytest

from simulator.catalogue import SimulatedTrack
from simulator.clock import DAY_MS
from tests.simulator.caller import Caller
from tests.simulator.conftest import Start


def find_track(caller: Caller) -> SimulatedTrack:
    return next(
        track
        for track in caller.world.catalogue.tracks
        if track.isrc and track.artists[0].name and '"' not in track.name
        if track.album.released_ms <= caller.world.clock.now_ms and track.blanked_ms is None
    )


def test_tag_new_finds_the_albums_of_two_weeks_in_pages_of_ten(start: Start) -> None:
    caller = start(tracks=4000)
    caller.world.clock.advance(days=20)
    caller.sign_in()
    page = caller.read("/search", q="tag:new", type="album", limit=10)["albums"]
    found = page["items"]
    while page["next"]:
        page = caller.read(page["next"])["albums"]
        found += page["items"]
    now_ms = caller.world.clock.now_ms
    fresh = caller.world.catalogue.albums_released(now_ms - 14 * DAY_MS, now_ms)
    assert [one["id"] for one in found] == [album.id for album in reversed(fresh)]
    assert found


@pytest.mark.parametrize(
    "form", ['track:"{name}" artist:"{artist}"', "isrc:{isrc}", "{name} {artist}"]
)
def test_track_is_found_by_filters_and_by_words(caller: Caller, form: str) -> None:
    track = find_track(caller)
    question = form.format(name=track.name, artist=track.artists[0].name, isrc=track.isrc)
    found = caller.read("/search", q=question, type="track", limit=10)["tracks"]["items"]
    assert track.id in {one["id"] for one in found}


def test_album_and_artist_are_found_together(caller: Caller) -> None:
    track = find_track(caller)
    album, artist = track.album, track.album.artists[0]
    answer = caller.read("/search", q=artist.name or "", type="album,artist", limit=10)
    assert set(answer) == {"albums", "artists"}
    assert artist.id in {one["id"] for one in answer["artists"]["items"]}
    year = (album.release_date or "")[:4]
    question = f'album:"{album.name}" artist:"{artist.name}" year:{year}'
    found = caller.read("/search", q=question, type="album", limit=10)["albums"]["items"]
    assert album.id in {one["id"] for one in found}


def test_search_takes_at_most_ten_for_a_new_app(start: Start) -> None:
    caller = start()
    refused = caller.get("/search", q="blue", type="track", limit=11)
    assert refused.json() == {"error": {"status": 400, "message": "Invalid limit"}}
    assert caller.read("/search", q="blue", type="track")["tracks"]["limit"] == 5
    assert start(app="old").get("/search", q="blue", type="track", limit=50).status_code == 200


def test_search_without_words_or_with_a_wrong_type_is_refused(caller: Caller) -> None:
    assert caller.get("/search", q="", type="track").status_code == 400
    assert caller.get("/search", q="blue", type="song").status_code == 400


def test_nothing_found_is_an_empty_page(caller: Caller) -> None:
    page = caller.read("/search", q="zzzzzz", type="track,playlist")
    assert page["tracks"]["items"] == page["playlists"]["items"] == []
    assert page["tracks"]["total"] == 0
