from __future__ import annotations

import pytest

from simulator.catalogue import SimulatedAlbum
from simulator.clock import DAY_MS
from tests.simulator.caller import Caller
from tests.simulator.conftest import Start

BATCHES = ["/tracks", "/albums", "/artists", "/episodes", "/shows"]


def find_released(caller: Caller, least_tracks: int = 1) -> SimulatedAlbum:
    now_ms = caller.world.clock.now_ms
    return next(
        album
        for album in caller.world.catalogue.albums
        if album.released_ms <= now_ms and len(album.tracks) >= least_tracks
    )


def test_album_brings_its_first_fifty_tracks_and_pages_the_rest(start: Start) -> None:
    caller = start(tracks=4000)
    album = find_released(caller, 51)
    body = caller.read(f"/albums/{album.id}")
    tracks = body["tracks"]
    assert body["total_tracks"] == tracks["total"] == len(album.tracks)
    ids = [track["id"] for track in tracks["items"]]
    assert len(ids) == 50
    while tracks["next"]:
        tracks = caller.read(tracks["next"])
        ids += [track["id"] for track in tracks["items"]]
    assert ids == [track.id for track in album.tracks]
    assert caller.get(f"/albums/{album.id}/tracks", limit=51).status_code == 400
    page = caller.read(f"/albums/{album.id}/tracks", limit=10, offset=20)
    assert [track["id"] for track in page["items"]] == ids[20:30]
    assert page["previous"].endswith("offset=10&limit=10")


def test_relinked_track_answers_with_another_id(start: Start) -> None:
    for app in ("new", "old"):
        caller = start(app=app, tracks=4000)
        asked = next(
            track
            for track in caller.world.catalogue.tracks
            if track.returned_as
            and track.returned_as.blanked_ms is None
            and track.album.released_ms <= caller.world.clock.now_ms
        )
        body = caller.read(f"/tracks/{asked.id}")
        assert asked.returned_as is not None
        assert body["id"] == asked.returned_as.id
        assert ("linked_from" in body) is (app == "old")
        token = caller.ask_token(grant_type="client_credentials").json()["access_token"]
        caller.access_token = token
        assert caller.read(f"/tracks/{asked.id}")["id"] == asked.id


def test_track_that_was_taken_down_is_blank(start: Start) -> None:
    caller = start(app="old")
    now_ms = caller.world.clock.now_ms
    track = next(
        one
        for one in caller.world.catalogue.tracks
        if one.blanked_ms and not one.returned_as
        if one.blanked_ms > now_ms > one.album.released_ms
    )
    assert caller.read(f"/tracks/{track.id}")["name"] == track.name
    caller.world.clock.move_to(track.blanked_ms or 0)
    caller.world.accounts.sign_in("ada", caller.world.clock.now_ms)
    caller.sign_in()
    blank = caller.read(f"/tracks/{track.id}")
    assert (blank["id"], blank["name"], blank["duration_ms"]) == (track.id, "", 0)
    assert blank["artists"][0]["name"] == ""
    assert blank["artists"][0]["uri"] == f"spotify:artist:{blank['artists'][0]['id']}"
    assert blank["album"]["release_date"] == "0000"
    assert blank["available_markets"] == []


def test_artist_albums_come_group_by_group_newest_first(caller: Caller) -> None:
    artist = max(caller.world.catalogue.artists[:50], key=lambda one: len(one.albums))
    path = f"/artists/{artist.id}/albums"
    page = caller.read(path, limit=10, include_groups="album,single")
    listed = page["items"]
    while page["next"]:
        page = caller.read(page["next"])
        listed += page["items"]
    now_ms = caller.world.clock.now_ms
    known = caller.world.catalogue.album_by_id
    albums = [known[one["id"]] for one in listed]
    places = [(album.album_type.lower() != "album", -album.released_ms) for album in albums]
    assert places == sorted(places)
    assert len(albums) == sum(
        album.released_ms <= now_ms and album.album_type.lower() != "compilation"
        for album in artist.albums
    )
    assert all("album_group" not in one for one in listed)


def test_artist_albums_take_at_most_ten(start: Start) -> None:
    caller = start()
    path = f"/artists/{caller.world.catalogue.artists[0].id}/albums"
    refused = caller.get(path, limit=11)
    assert refused.json() == {"error": {"status": 400, "message": "Invalid limit"}}
    assert caller.read(path)["limit"] == 5
    old = start(app="old").read(path, limit=50)
    assert {one["album_group"] for one in old["items"]} >= {"single"}


def test_album_appears_with_its_release(caller: Caller) -> None:
    world = caller.world
    album = next(a for a in world.catalogue.albums if a.released_ms > world.clock.now_ms)
    track_id = album.tracks[0].id
    assert caller.get(f"/albums/{album.id}").status_code == 404
    assert caller.get(f"/tracks/{track_id}").status_code == 404
    world.clock.move_to(album.released_ms)
    caller.sign_in()
    assert caller.read(f"/albums/{album.id}")["name"] == album.name
    path = f"/artists/{album.artists[0].id}/albums"
    newest = caller.read(path, include_groups=album.album_type.lower(), limit=10)["items"][0]
    assert newest["id"] == album.id
    fresh = caller.read("/search", q="tag:new", type="album", limit=10)["albums"]["items"]
    assert album.id in {one["id"] for one in fresh}


def test_unknown_and_malformed_ids_are_told_apart(caller: Caller) -> None:
    for kind in ("tracks", "albums", "artists", "episodes", "shows"):
        unknown = caller.get(f"/{kind}/{'0' * 22}")
        assert unknown.json() == {"error": {"status": 404, "message": "Resource not found"}}
        assert caller.get(f"/{kind}/short").status_code == 400
    assert caller.get("/audio-features/x").status_code == 404


def test_show_brings_its_episodes(caller: Caller) -> None:
    show = caller.world.catalogue.shows[0]
    body = caller.read(f"/shows/{show.id}")
    assert body["total_episodes"] == body["episodes"]["total"] == len(show.episodes)
    episode = caller.read(f"/episodes/{body['episodes']['items'][0]['id']}")
    assert episode["show"]["id"] == show.id


@pytest.mark.parametrize("status", [403, 404, 429])
def test_new_app_is_refused_what_2026_took_away(start: Start, status: int) -> None:
    caller = start(refusal_status=status)
    artist_id = caller.world.catalogue.artists[0].id
    paths = [*BATCHES, "/browse/new-releases", f"/artists/{artist_id}/top-tracks"]
    for path in paths:
        refused = caller.get(path, ids=artist_id)
        assert refused.status_code == status
        assert refused.json()["error"]["status"] == status
        assert "Retry-After" not in refused.headers


def test_old_app_reads_in_batches(start: Start) -> None:
    caller = start(app="old")
    catalogue = caller.world.catalogue
    ids = {
        "/tracks": [track.id or "" for track in find_released(caller, 7).tracks],
        "/albums": [album.id for album in catalogue.albums[:20]],
        "/artists": [artist.id for artist in catalogue.artists[:50]],
        "/episodes": list(catalogue.episode_by_id)[:50],
        "/shows": list(catalogue.show_by_id),
    }
    for path, asked in ids.items():
        found = caller.read(path, ids=",".join(asked))[path[1:]]
        assert len(found) == len(asked)
        assert all(found)
    assert caller.read("/tracks", ids="0" * 22) == {"tracks": [None]}
    assert caller.get("/albums", ids=",".join(ids["/albums"] * 2)).status_code == 400
    assert caller.get("/tracks").status_code == 400
    top = caller.read(f"/artists/{catalogue.artists[0].id}/top-tracks")["tracks"]
    assert 0 < len(top) <= 10


def test_old_app_pages_through_new_releases(start: Start) -> None:
    caller = start(app="old", tracks=4000)
    caller.world.clock.advance(days=30)
    caller.sign_in()
    page = caller.read("/browse/new-releases", limit=5)["albums"]
    seen = page["items"]
    while page["next"]:
        page = caller.read(page["next"])["albums"]
        seen += page["items"]
    now_ms = caller.world.clock.now_ms
    fresh = caller.world.catalogue.albums_released(now_ms - 28 * DAY_MS, now_ms)
    assert [one["id"] for one in seen] == [album.id for album in reversed(fresh)]
    assert len(seen) > 5
