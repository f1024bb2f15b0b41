"""What there is to hear: GET /albums, /search, and one artist, album or track."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from flask import Response, current_app
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from api.access import get_caller
from api.answers import take_total, to_answer, to_page
from api.ledger import get_ledger
from api.models import AlbumDetail, AlbumList, ArtistDetail, FoundList, TrackDetail
from api.problems import FAULT_RESPONSES, SECURITY, ApiError
from api.queries import AlbumsQuery, IdPath, SearchQuery
from everheard.names import fold_name

blueprint = APIBlueprint(
    "catalogue",
    __name__,
    abp_tags=[Tag(name="Albums, artists, tracks")],
    abp_responses=FAULT_RESPONSES,
    abp_security=SECURITY,
)


@cache
def _read_sample() -> list[dict[str, Any]]:
    rows = json.loads(Path(__file__).with_name("sample_albums.json").read_text(encoding="utf-8"))
    blank = dict.fromkeys(("album_id", "album_key", "album_type", "release_date", "image_url"))
    return [{**row, "source": "sample", **blank} for row in rows]


@blueprint.get("/albums", responses={200: AlbumList})
def list_albums(query: AlbumsQuery) -> Response:
    """List albums of the ledger; while it holds none, examples to rate ("source": "sample")."""
    ledger, listener_key = get_ledger(), get_caller().listener_key
    if not ledger.read("any_album", listener_key=listener_key):
        sample = _read_sample()
        return to_page(sample[query.offset : query.offset + query.limit], len(sample), query)
    rows = ledger.read(
        "albums",
        listener_key=listener_key,
        q=fold_name(query.q) or None,
        artist=fold_name(query.artist) or None,
        year=query.year,
        sort=query.sort,
        row_limit=query.limit,
        row_offset=query.offset,
    )
    total = take_total(rows)
    return to_page([{**row, "source": "ledger"} for row in rows], total, query)


@blueprint.get("/search", responses={200: FoundList})
def search(query: SearchQuery) -> Response:
    """Find artists, albums and tracks by name; accents and typos are forgiven."""
    found = current_app.extensions["search"].find(
        query.q, query.kind, query.limit, get_caller().listener_key
    )
    return to_answer(found)


@blueprint.get("/artists/<id>", responses={200: ArtistDetail})
def show_artist(path: IdPath) -> Response:
    """Show an artist with your own numbers, as main artist and as guest."""
    return to_answer(_read_one("artist", path.id))


@blueprint.get("/albums/<id>", responses={200: AlbumDetail})
def show_album(path: IdPath) -> Response:
    """Show an album with your own numbers and rating."""
    return to_answer(_read_one("album", path.id))


@blueprint.get("/tracks/<id>", responses={200: TrackDetail})
def show_track(path: IdPath) -> Response:
    """Show a track with its artists and your own numbers."""
    row = _read_one("track", path.id)
    return to_answer({**row, "artists": row["artists"] or []})


def _read_one(kind: str, wanted: str) -> dict[str, Any]:
    """Return one thing by Spotify's id, or by key where it is a number.

    Where there are several listeners, one never learns what only another has heard: the
    statement looks among what this one knows (sql/views/part/known_album.sql).
    """
    key = int(wanted) if wanted.isdecimal() and len(wanted) < 10 else -1
    rows = get_ledger().read(kind, id=wanted, key=key, listener_key=get_caller().listener_key)
    if rows:
        return rows[0]
    raise ApiError(404, f"The ledger holds no {kind} with this id.")
