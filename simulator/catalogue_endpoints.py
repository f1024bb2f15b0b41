"""Endpoints of the Web API about music: tracks, albums, artists, shows, batches, new releases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from flask import request

from simulator.answers import RefusedCall
from simulator.catalogue import SimulatedAlbum, SimulatedArtist
from simulator.clock import DAY_MS
from simulator.gate import Visit
from simulator.randomness import ALPHABET
from simulator.shapes import Json

Found = TypeVar("Found")
GROUPS = ("album", "single", "compilation", "appears_on")


def get_track(visit: Visit, track_id: str) -> Json:
    """Answer ``/tracks/{id}``; a listener's token may get another id's track."""
    track = _find(visit.catalogue.track_by_id, track_id)
    if track.album.released_ms > visit.now_ms:
        raise RefusedCall(404, "Resource not found")
    if visit.access.listener is None:
        return visit.shapes.track(track, visit.now_ms)
    return visit.shapes.relinked_track(track, visit.now_ms)


def get_album(visit: Visit, album_id: str) -> Json:
    """Answer ``/albums/{id}`` with the first fifty tracks inside."""
    return visit.shapes.album(_find_album(visit, album_id), visit.now_ms)


def get_album_tracks(visit: Visit, album_id: str) -> Json:
    """Answer ``/albums/{id}/tracks``, pages of at most fifty."""
    album = _find_album(visit, album_id)
    limit, offset = visit.read_number("limit", 20, 1, 50), _read_offset(visit)
    return visit.shapes.page(
        f"/albums/{album_id}/tracks",
        [
            visit.shapes.simple_track(track, visit.now_ms)
            for track in album.tracks[offset : offset + limit]
        ],
        total=len(album.tracks),
        limit=limit,
        offset=offset,
    )


def get_artist(visit: Visit, artist_id: str) -> Json:
    """Answer ``/artists/{id}``."""
    return visit.shapes.artist(_find(visit.catalogue.artist_by_id, artist_id))


def get_artist_albums(visit: Visit, artist_id: str) -> Json:
    """Answer ``/artists/{id}/albums``: group by group, newest first within each."""
    artist = _find(visit.catalogue.artist_by_id, artist_id)
    asked = request.args.get("include_groups", ",".join(GROUPS)).split(",")
    limit = visit.read_number("limit", *((20, 1, 50) if visit.world.is_old_app else (5, 1, 10)))
    offset = _read_offset(visit)
    listed = [
        (group, album)
        for group in GROUPS
        if group in asked
        for album in _read_group(artist, group, visit.now_ms)
    ]
    items = []
    for group, album in listed[offset : offset + limit]:
        items.append(visit.shapes.simple_album(album))
        if visit.world.is_old_app:
            items[-1]["album_group"] = group
    return visit.shapes.page(
        f"/artists/{artist_id}/albums",
        items,
        total=len(listed),
        limit=limit,
        offset=offset,
        query=f"include_groups={','.join(asked)}&",
    )


def get_episode(visit: Visit, episode_id: str) -> Json:
    """Answer ``/episodes/{id}``."""
    return visit.shapes.episode(_find(visit.catalogue.episode_by_id, episode_id))


def get_show(visit: Visit, show_id: str) -> Json:
    """Answer ``/shows/{id}`` with its first fifty episodes."""
    show = _find(visit.catalogue.show_by_id, show_id)
    episodes = visit.shapes.page(
        f"/shows/{show_id}/episodes",
        [visit.shapes.simple_episode(episode) for episode in show.episodes[:50]],
        total=len(show.episodes),
        limit=50,
        offset=0,
    )
    return {**visit.shapes.simple_show(show), "episodes": episodes}


def get_tracks(visit: Visit) -> Json:
    """Answer ``/tracks?ids=`` (old apps); an unknown id is a null in its place."""
    known = visit.catalogue.track_by_id
    return {
        "tracks": [
            visit.shapes.relinked_track(known[one], visit.now_ms) if one in known else None
            for one in _read_ids(50)
        ]
    }


def get_albums(visit: Visit) -> Json:
    """Answer ``/albums?ids=`` (old apps), at most twenty."""
    known = visit.catalogue.album_by_id
    return {
        "albums": [
            visit.shapes.album(known[one], visit.now_ms) if one in known else None
            for one in _read_ids(20)
        ]
    }


def get_artists(visit: Visit) -> Json:
    """Answer ``/artists?ids=`` (old apps)."""
    known = visit.catalogue.artist_by_id
    return {
        "artists": [
            visit.shapes.artist(known[one]) if one in known else None for one in _read_ids(50)
        ]
    }


def get_episodes(visit: Visit) -> Json:
    """Answer ``/episodes?ids=`` (old apps)."""
    known = visit.catalogue.episode_by_id
    return {
        "episodes": [
            visit.shapes.episode(known[one]) if one in known else None for one in _read_ids(50)
        ]
    }


def get_shows(visit: Visit) -> Json:
    """Answer ``/shows?ids=`` (old apps)."""
    known = visit.catalogue.show_by_id
    return {
        "shows": [
            visit.shapes.simple_show(known[one]) if one in known else None for one in _read_ids(50)
        ]
    }


def get_artist_top_tracks(visit: Visit, artist_id: str) -> Json:
    """Answer ``/artists/{id}/top-tracks`` (old apps)."""
    artist = _find(visit.catalogue.artist_by_id, artist_id)
    tracks = [
        track
        for album in artist.albums
        if album.released_ms <= visit.now_ms
        for track in album.tracks
    ]
    tracks.sort(key=lambda track: -track.popularity)
    return {"tracks": [visit.shapes.track(track, visit.now_ms) for track in tracks[:10]]}


def get_new_releases(visit: Visit) -> Json:
    """Answer ``/browse/new-releases`` (old apps): the albums of the last four weeks."""
    limit, offset = visit.read_number("limit", 20, 1, 50), _read_offset(visit)
    fresh = visit.catalogue.albums_released(visit.now_ms - 28 * DAY_MS, visit.now_ms)[::-1]
    page = visit.shapes.page(
        "/browse/new-releases",
        [visit.shapes.simple_album(album) for album in fresh[offset : offset + limit]],
        total=len(fresh),
        limit=limit,
        offset=offset,
    )
    return {"albums": page}


def _find(known: Mapping[str, Found], object_id: str) -> Found:
    if len(object_id) != 22 or not set(object_id) <= set(ALPHABET):
        raise RefusedCall(400, "Invalid base62 id")
    if object_id not in known:
        raise RefusedCall(404, "Resource not found")
    return known[object_id]


def _find_album(visit: Visit, album_id: str) -> SimulatedAlbum:
    album = _find(visit.catalogue.album_by_id, album_id)
    if album.released_ms > visit.now_ms:
        raise RefusedCall(404, "Resource not found")
    return album


def _read_group(artist: SimulatedArtist, group: str, now_ms: int) -> list[SimulatedAlbum]:
    albums = (
        artist.appears_on
        if group == "appears_on"
        else [album for album in artist.albums if album.album_type.lower() == group]
    )
    out = [album for album in albums if album.released_ms <= now_ms]
    return sorted(out, key=lambda album: -album.released_ms)


def _read_offset(visit: Visit) -> int:
    return visit.read_number("offset", 0, 0, 100_000)


def _read_ids(most: int) -> list[str]:
    ids = [one for one in request.args.get("ids", "").split(",") if one]
    if not ids:
        raise RefusedCall(400, "Missing required field: ids")
    if len(ids) > most:
        raise RefusedCall(400, "Too many ids requested")
    return ids
