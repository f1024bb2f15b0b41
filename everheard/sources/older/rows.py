"""A row of somebody's table -> a play: when it was, and what, as Spotify would tell it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, NamedTuple

from everheard.sources.fields import Json, clean_text, read_integer
from everheard.sources.older.columns import Meaning

_ID = re.compile(r"[A-Za-z0-9]{22}")
#: How people write a moment beside the standard's way; the day before the month.
_WAYS = ("%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M")
#: Of a track whose length nobody kept.
_USUAL_LENGTH_MS = 210_000
_LATEST_SECONDS = 4_000_000_000


class OlderPlay(NamedTuple):
    """One play: its moment in UTC, and its track in the shape of Spotify's answers."""

    moment: datetime
    track: Json


def to_older_play(row: Mapping[str, Any], meaning: Meaning, zone: tzinfo) -> OlderPlay | None:
    """Return the play that a row tells; None where it does not say when, or what."""
    moment = read_moment_of(row.get(meaning.moment), zone)
    track_id = clean_text(row.get(meaning.track_id)).rpartition(":")[2]
    track = {
        "id": track_id if _ID.fullmatch(track_id) else None,
        "name": clean_text(row.get(meaning.track_name)),
        "duration_ms": _read_length(row.get(meaning.duration), meaning.duration),
        "artists": list(_list_artists(row, meaning)),
        "album": {"name": clean_text(row.get(meaning.album_name))},
    }
    if moment is None or not (track["id"] or track["name"]):
        return None
    return OlderPlay(moment, track)


def to_item_play(item: Mapping[str, Any], zone: tzinfo) -> OlderPlay | None:
    """Return the play of an item of recently-played that was kept as it came."""
    moment, track = read_moment_of(item.get("played_at"), zone), item.get("track")
    if moment is None or not isinstance(track, dict):
        return None
    return OlderPlay(moment, track)


def read_moment_of(value: Any, zone: tzinfo) -> datetime | None:
    """Return a moment in UTC; without a zone of its own it is one of ``zone``."""
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            seconds = value / 1000 if value > _LATEST_SECONDS else value
            return datetime.fromtimestamp(seconds, UTC)
        moment = value if isinstance(value, datetime) else _read_text_moment(clean_text(value))
        if moment is None:
            return None
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _read_text_moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        for way in _WAYS:
            try:
                return datetime.strptime(text.replace(", ", " "), way)  # noqa: DTZ007 - its zone comes
            except ValueError:
                continue
    return None


def _read_length(value: Any, column: str) -> int | None:
    """Return milliseconds; a column that does not name its unit and holds little tells seconds."""
    try:
        length = float(value)
    except (TypeError, ValueError):
        return None
    is_seconds = "ms" not in column.lower() and length < 10_000
    milliseconds = int(length * 1000 if is_seconds else length)
    return milliseconds if 0 < milliseconds < 2**31 else None


def _list_artists(row: Mapping[str, Any], meaning: Meaning) -> list[Json]:
    names = [clean_text(row.get(column)) for column in meaning.artist_names]
    ids = [clean_text(row.get(column)).rpartition(":")[2] for column in meaning.artist_ids]
    ids += [""] * len(names)
    return [
        {"id": artist_id if _ID.fullmatch(artist_id) else None, "name": name}
        for name, artist_id in zip(names, ids, strict=False)
        if name
    ]


def find_start(play: OlderPlay) -> datetime:
    """Return when a play began that is told by its end; its length may have to be guessed."""
    length = read_integer(play.track, "duration_ms") or _USUAL_LENGTH_MS
    return play.moment - timedelta(milliseconds=length)
