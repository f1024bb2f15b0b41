"""One answer of currently-playing -> one sample: what plays, how far it is, as of when."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from everheard.sources.fields import Json, read_dict, read_dicts, read_integer, read_text
from everheard.sources.spotify.rows.plays import trim_answer


class PlayingKind(StrEnum):
    """What Spotify says plays."""

    NOTHING = "nothing"  # 204: no device plays or has been paused lately
    TRACK = "track"
    EPISODE = "episode"
    LOCAL = "local"  # a file of the listener's own: a name, and no id
    AD = "ad"
    UNKNOWN = "unknown"  # no item: a private session, or a thing of a new kind


#: Of these there is an item, and so a playback.
HEARD = {PlayingKind.TRACK, PlayingKind.EPISODE, PlayingKind.LOCAL}


class Sample(NamedTuple):
    """What was playing at one moment (UTC, by Spotify's clock).

    ``key`` tells one item from another; ``progress_ms`` is None where Spotify does not say.
    ``item`` is the track or episode as it came; ``device`` what kind of device, where it is told.
    """

    at: datetime
    kind: PlayingKind
    key: str = ""
    is_playing: bool = False
    progress_ms: int | None = None
    duration_ms: int | None = None
    item: Json | None = None
    context_uri: str | None = None
    device: str | None = None


def to_sample(answer: Json | None, at: datetime) -> Sample:
    """Return what an answer says; None is 204. Nothing in an odd answer is an error."""
    if answer is None:
        return Sample(at, PlayingKind.NOTHING)
    item = read_dict(answer, "item")
    kind = _find_kind(answer, item)
    is_playing = answer.get("is_playing") is True
    if kind not in HEARD:
        return Sample(at, kind, is_playing=is_playing)
    progress = read_integer(answer, "progress_ms")
    return Sample(
        at=at,
        kind=kind,
        key=_find_key(item),
        is_playing=is_playing,
        progress_ms=progress if progress is not None and progress >= 0 else None,
        duration_ms=read_integer(item, "duration_ms") or None,
        item=_trim(item, kind),
        context_uri=read_text(read_dict(answer, "context"), "uri") or None,
        device=read_text(read_dict(answer, "device"), "type") or None,
    )


def _trim(item: Json, kind: PlayingKind) -> Json:
    """Return what we use of an item: what is kept must not grow with what Spotify adds."""
    if kind is PlayingKind.EPISODE:
        show = read_dict(item, "show")
        used = {name: item.get(name) for name in ("id", "uri", "name", "duration_ms", "images")}
        return used | {"show": {name: show.get(name) for name in ("id", "uri", "name")}}
    trimmed: Json = trim_answer({"items": [{"track": item}]})["items"][0]["track"]
    return trimmed


def _find_kind(answer: Json, item: Json) -> PlayingKind:
    told = read_text(answer, "currently_playing_type")
    if told == "ad":
        return PlayingKind.AD
    if not _find_key(item):
        return PlayingKind.UNKNOWN
    uri = read_text(item, "uri")
    if item.get("is_local") is True or uri.startswith("spotify:local:"):
        return PlayingKind.LOCAL
    if told == "episode" or uri.startswith("spotify:episode:"):
        return PlayingKind.EPISODE
    return PlayingKind.TRACK


def _find_key(item: Json) -> str:
    uri = read_text(item, "uri")
    names = [read_text(artist, "name") for artist in read_dicts(item, "artists")]
    return uri or "\x1f".join([read_text(item, "name"), *names]).strip("\x1f")
