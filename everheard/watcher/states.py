"""What plays, as it is told to whoever looks: a state, as JSON."""

from __future__ import annotations

from datetime import datetime

from everheard.sources.fields import Json, read_dict, read_dicts, read_text
from everheard.sources.spotify.rows.fields import read_image
from everheard.watcher.playbacks import Playback
from everheard.watcher.samples import HEARD, PlayingKind, Sample

_OPEN = "https://open.spotify.com"


def to_state(listener: str, sample: Sample, last_played: Playback | None) -> Json:
    """Return the state after a poll; ``last_played``: what ended last, of anything at all."""
    return {
        "listener": listener,
        "kind": sample.kind.value,
        "is_playing": sample.is_playing,
        "item": describe_item(sample.item or {}, sample.kind) if sample.kind in HEARD else None,
        "progress_ms": sample.progress_ms,
        "as_of": spell_moment(sample.at),
        "last_played": last_played
        and {
            "item": describe_item(last_played.item, last_played.kind),
            "ended_at": spell_moment(last_played.ended_at),
        },
    }


def describe_item(item: Json, kind: PlayingKind) -> Json:
    """Return an item as a state tells it."""
    uri = read_text(item, "uri")
    owner = read_dict(item, "show" if kind is PlayingKind.EPISODE else "album")
    artists = [read_text(artist, "name") for artist in read_dicts(item, "artists")]
    if kind is PlayingKind.EPISODE:
        artists = [read_text(owner, "name")]
    parts = uri.split(":")
    is_open = kind is not PlayingKind.LOCAL and len(parts) == 3
    return {
        "uri": uri or None,
        "name": read_text(item, "name"),
        "artists": [name for name in artists if name],
        "album": read_text(owner, "name") or None,
        "image_url": read_image(owner) or read_image(item),
        "duration_ms": item.get("duration_ms") or None,
        "url": f"{_OPEN}/{parts[1]}/{parts[2]}" if is_open else None,
    }


def spell_moment(moment: datetime) -> str:
    """Write a moment as JSON readers take it: UTC, to the millisecond."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
