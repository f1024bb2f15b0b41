"""Endpoints of the Web API about what a listener follows, keeps and likes most."""

from __future__ import annotations

from flask import request

from simulator.answers import RefusedCall
from simulator.catalogue import SimulatedAlbum, SimulatedArtist, SimulatedTrack
from simulator.clock import from_iso, to_iso
from simulator.gate import Visit
from simulator.shapes import Json

#: A listener follows every other one of this many favourites, and keeps an album of each.
FOLLOWED_AMONG = 60
SAVED_TRACKS = 120


def get_following(visit: Visit) -> Json:
    """Answer ``/me/following?type=artist``; pages go on after the last artist's id."""
    if request.args.get("type") != "artist":
        raise RefusedCall(400, "Invalid type")
    limit = visit.read_number("limit", 20, 1, 50)
    followed = find_followed(visit)
    ids = [artist.id for artist in followed]
    after = request.args.get("after")
    first = ids.index(after) + 1 if after in ids else 0
    shown = followed[first : first + limit]
    href = f"{visit.shapes.api_url}/me/following?type=artist"
    last = shown[-1].id if shown and first + limit < len(followed) else None
    page = {
        "href": f"{href}&limit={limit}",
        "items": [visit.shapes.artist(artist) for artist in shown],
        "limit": limit,
        "next": f"{href}&after={last}&limit={limit}" if last else None,
        "cursors": {"after": last},
        "total": len(followed),
    }
    return {"artists": page}


def get_saved_albums(visit: Visit) -> Json:
    """Answer ``/me/albums``: one album of each followed artist."""
    albums = [_find_first_album(artist, visit.now_ms) for artist in find_followed(visit)]
    return _page_saved(
        visit,
        "/me/albums",
        [
            {
                "added_at": to_iso(album.released_ms)[:19] + "Z",
                "album": visit.shapes.album(album, visit.now_ms),
            }
            for album in albums
            if album
        ],
    )


def get_saved_tracks(visit: Visit) -> Json:
    """Answer ``/me/tracks``: the best-liked tracks."""
    return _page_saved(
        visit,
        "/me/tracks",
        [
            {
                "added_at": to_iso(track.album.released_ms)[:19] + "Z",
                "track": visit.shapes.track(track, visit.now_ms),
            }
            for track in _find_liked(visit)
        ],
    )


def get_top(visit: Visit, kind: str) -> Json:
    """Answer ``/me/top/artists`` and ``/me/top/tracks``."""
    if kind == "artists":
        liked = visit.listener.favourites(visit.now_ms)[:SAVED_TRACKS]
        items = [visit.shapes.artist(artist) for artist in liked]
    elif kind == "tracks":
        items = [visit.shapes.track(track, visit.now_ms) for track in _find_liked(visit)]
    else:
        raise RefusedCall(400, "Invalid type")
    return _page_saved(visit, f"/me/top/{kind}", items)


def find_followed(visit: Visit) -> list[SimulatedArtist]:
    """Return whom the listener follows: the same artists for good."""
    start_ms = from_iso(visit.world.settings.start)
    return visit.listener.favourites(start_ms)[:FOLLOWED_AMONG:2]


def _find_liked(visit: Visit) -> list[SimulatedTrack]:
    return visit.listener.taste(visit.now_ms).tracks[:SAVED_TRACKS]


def _find_first_album(artist: SimulatedArtist, now_ms: int) -> SimulatedAlbum | None:
    return next((album for album in artist.albums if album.released_ms <= now_ms), None)


def _page_saved(visit: Visit, path: str, items: list[Json]) -> Json:
    limit = visit.read_number("limit", 20, 1, 50)
    offset = visit.read_number("offset", 0, 0, 100_000)
    return visit.shapes.page(
        path, items[offset : offset + limit], total=len(items), limit=limit, offset=offset
    )
