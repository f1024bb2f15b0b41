"""The keys of every answer, as real ones have them: an old app's, and those of 2026."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.caller import Caller
from tests.simulator.conftest import Start

LINKED = {"external_urls", "href", "id", "type", "uri"}
SIMPLE_ARTIST = LINKED | {"name"}
ARTIST = SIMPLE_ARTIST | {"images"}
SIMPLE_ALBUM = LINKED | {
    "album_type",
    "artists",
    "images",
    "name",
    "release_date",
    "release_date_precision",
    "total_tracks",
}
ALBUM = SIMPLE_ALBUM | {"copyrights", "external_ids", "tracks"}
SIMPLE_TRACK = LINKED | {
    "artists",
    "disc_number",
    "duration_ms",
    "explicit",
    "is_local",
    "name",
    "preview_url",
    "track_number",
}
TRACK = SIMPLE_TRACK | {"album", "external_ids"}
SPOKEN = LINKED | {
    "description",
    "explicit",
    "html_description",
    "images",
    "is_externally_hosted",
    "languages",
    "name",
}
SIMPLE_EPISODE = SPOKEN | {
    "audio_preview_url",
    "duration_ms",
    "is_playable",
    "language",
    "release_date",
    "release_date_precision",
}
SHOW = SPOKEN | {"copyrights", "episodes", "media_type", "total_episodes"}
ME = LINKED | {"account_id", "display_name", "images"}
PAGE = {"href", "items", "limit", "next", "offset", "previous", "total"}
#: What 2026 took away, by object.
GONE = {
    "artist": {"followers", "genres", "popularity"},
    "simple_album": {"available_markets"},
    "album": {"available_markets", "genres", "label", "popularity"},
    "simple_track": {"available_markets"},
    "track": {"available_markets", "popularity"},
    "show": {"available_markets", "publisher"},
    "me": {"country", "email", "explicit_content", "followers", "product"},
}


@pytest.fixture(params=["new", "old"])
def app(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def caller(start: Start, app: str) -> Caller:
    return start(app=app)


def expect(keys: set[str], kind: str, app: str) -> set[str]:
    return keys | GONE[kind] if app == "old" else keys


def find_album_id(caller: Caller) -> str:
    now_ms = caller.world.clock.now_ms
    return next(a.id for a in caller.world.catalogue.albums if a.released_ms <= now_ms)


def test_recently_played(caller: Caller, app: str) -> None:
    body = caller.read("/me/player/recently-played", limit=50)
    assert set(body) == {"items", "next", "cursors", "limit", "href"}
    assert set(body["cursors"]) == {"after", "before"}
    for item in body["items"]:
        assert set(item) == {"track", "played_at", "context"}
        track = item["track"]
        assert set(track) == expect(TRACK, "track", app)
        assert set(track["album"]) == expect(SIMPLE_ALBUM, "simple_album", app)
        assert all(set(artist) == SIMPLE_ARTIST for artist in track["artists"])
        if item["context"]:
            assert set(item["context"]) == {"type", "href", "external_urls", "uri"}


def test_album_and_its_tracks(caller: Caller, app: str) -> None:
    body = caller.read(f"/albums/{find_album_id(caller)}")
    assert set(body) == expect(ALBUM, "album", app)
    assert set(body["tracks"]) == PAGE
    assert set(body["tracks"]["items"][0]) == expect(SIMPLE_TRACK, "simple_track", app)
    assert [image["height"] for image in body["images"]] in ([640, 300, 64], [])


def test_artist_and_their_albums(caller: Caller, app: str) -> None:
    path = f"/artists/{caller.world.catalogue.artists[0].id}"
    assert set(caller.read(path)) == expect(ARTIST, "artist", app)
    page = caller.read(f"{path}/albums")
    assert set(page) == PAGE
    grouped = {"album_group"} if app == "old" else set()
    assert set(page["items"][0]) == expect(SIMPLE_ALBUM, "simple_album", app) | grouped


def test_show_and_episode(caller: Caller, app: str) -> None:
    show = caller.read(f"/shows/{caller.world.catalogue.shows[0].id}")
    assert set(show) == expect(SHOW, "show", app)
    assert set(show["episodes"]["items"][0]) == SIMPLE_EPISODE
    episode = caller.read(f"/episodes/{show['episodes']['items'][0]['id']}")
    assert set(episode) == SIMPLE_EPISODE | {"show"}


def test_me(caller: Caller, app: str) -> None:
    assert set(caller.read("/me")) == expect(ME, "me", app)


def test_following_and_search(caller: Caller) -> None:
    following = caller.read("/me/following", type="artist")
    assert set(following["artists"]) == {"href", "items", "limit", "next", "cursors", "total"}
    found = caller.read("/search", q="blue", type="album,artist,track")
    assert set(found) == {"albums", "artists", "tracks"}
    assert all(set(page) == PAGE for page in found.values())


def test_currently_playing_and_player(start: Start, app: str) -> None:
    caller = start(app=app, listeners=["quiet"])
    world = caller.world
    track = world.catalogue.tracks[0]
    world.hear(track, world.clock.now_ms + track.duration_ms - 5000)
    playing = caller.read("/me/player/currently-playing")
    current = {"timestamp", "context", "progress_ms", "is_playing", "item", "actions"}
    assert set(playing) == current | {"currently_playing_type"}
    player = caller.read("/me/player")
    device = {"device", "shuffle_state", "smart_shuffle", "repeat_state"}
    assert set(player) == set(playing) | device
    assert len(player["device"]) == 8


def test_blank_and_whole_tracks_have_the_same_keys(caller: Caller) -> None:
    def read_keys(track: dict[str, Any]) -> tuple[set[str], set[str], set[str]]:
        return set(track), set(track["album"]), set(track["artists"][0])

    whole = caller.read_page()[0]["track"]
    caller.world.add_mood("blanked")
    assert read_keys(caller.read_page()[0]["track"]) == read_keys(whole)


def test_every_link_points_at_the_simulator(caller: Caller) -> None:
    body = caller.read("/me/player/recently-played", limit=50)
    links = [body["href"], body["next"]]
    links += [item["track"]["album"]["href"] for item in body["items"]]
    assert all(link.startswith(caller.server.api_url) for link in links)
