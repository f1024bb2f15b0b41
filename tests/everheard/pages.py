"""Answers of recently-played, built by hand: a test says only what it is about."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

Json = dict[str, Any]

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def at(seconds: float) -> datetime:
    """Return the moment so many seconds after noon."""
    return NOON + timedelta(seconds=seconds)


def to_text(moment: datetime) -> str:
    """Return a moment as Spotify writes it."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def make_id(*words: str) -> str:
    """Return an id of 22 characters, the same for the same words."""
    return hashlib.sha256(" ".join(words).encode()).hexdigest()[:22]


def make_artist(name: str | None, artist_id: str | None = None) -> Json:
    """Return a simplified artist; its id follows from the name where none is given."""
    return {"id": artist_id or make_id("artist", str(name)), "name": name, "type": "artist"}


def make_album(name: str = "Record", artists: Sequence[str] = ("Band",), **more: Any) -> Json:
    """Return a simplified album; ``more`` replaces fields."""
    return {
        "id": make_id("album", name, *artists),
        "name": name,
        "artists": [make_artist(artist) for artist in artists],
        "album_type": "album",
        "release_date": "2020-05-17",
        "release_date_precision": "day",
        "total_tracks": 12,
        "images": [{"url": f"https://i.example/{name}/64", "width": 64, "height": 64}],
        **more,
    }


def make_track(
    name: str = "Song",
    artists: Sequence[str] = ("Band",),
    *,
    edition: str = "",
    album: Json | None = None,
    **more: Any,
) -> Json:
    """Return a track; ``edition`` tells apart the ids of one song, ``more`` replaces fields."""
    track_id = make_id("track", name, *artists, edition)
    return {
        "id": track_id,
        "uri": f"spotify:track:{track_id}",
        "name": name,
        "artists": [make_artist(artist) for artist in artists],
        "album": make_album(artists=artists[:1]) if album is None else album,
        "duration_ms": 200_000,
        "disc_number": 1,
        "track_number": 3,
        "explicit": False,
        "is_local": False,
        "external_ids": {"isrc": "DEA120500001"},
        **more,
    }


def make_item(seconds: float, track: Json | None = None, context: str | None = None) -> Json:
    """Return a play that ended so many seconds after noon."""
    return {
        "played_at": to_text(at(seconds)),
        "track": make_track() if track is None else track,
        "context": context and {"uri": context, "type": context.split(":")[1]},
    }


def make_answer(*items: Any) -> Json:
    """Return an answer with the items as given."""
    return {"items": list(items), "limit": 50, "next": None, "cursors": None}


def make_full_answer(first: int = 0, count: int = 50, step: int = 240) -> Json:
    """Return an answer of numbered tracks, one every ``step`` seconds, newest first."""
    numbers = range(first, first + count)
    items = [make_item(number * step, make_track(f"Song {number}")) for number in numbers]
    return make_answer(*reversed(items))
