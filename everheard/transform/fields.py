"""Fields of an answer, whatever state they are in: missing, null, blank or of another type."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, date, datetime
from typing import Any

from everheard.names import fold_name

Json = dict[str, Any]

# An index entry of Postgres holds 2,700 bytes; a local file's URI spells out its tags.
_LONGEST_KEY = 500


def clean_text(value: Any) -> str:
    """Return text that Postgres takes: no NUL, no half of a surrogate pair, no outer spaces."""
    if not isinstance(value, str):
        return ""
    text = value.replace("\x00", "")
    return text.encode("utf-8", "replace").decode("utf-8").strip()


def read_text(json: Any, name: str) -> str:
    """Return a text field, clean; "" for anything else."""
    return clean_text(json.get(name)) if isinstance(json, dict) else ""


def read_key(json: Any, name: str) -> str:
    """Return an id or URI; of one too long for an index the beginning, and a digest of all."""
    text = read_text(json, name)
    if len(text) <= _LONGEST_KEY:
        return text
    return f"{text[:_LONGEST_KEY]}#{hashlib.sha256(text.encode()).hexdigest()}"


def read_dict(json: Any, name: str) -> Json:
    """Return an object inside; {} for anything else."""
    value = json.get(name) if isinstance(json, dict) else None
    return value if isinstance(value, dict) else {}


def read_list(json: Any, name: str) -> list[Any]:
    """Return a list inside; [] for anything else."""
    value = json.get(name) if isinstance(json, dict) else None
    return value if isinstance(value, list) else []


def read_dicts(json: Any, name: str) -> list[Json]:
    """Return the objects of a list inside."""
    return [element for element in read_list(json, name) if isinstance(element, dict)]


def read_integer(json: Json, name: str) -> int | None:
    """Return a whole number of at most 31 bits; Spotify sometimes writes numbers as floats."""
    value = json.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if 0 <= value < 2**31 else None


def read_flag(json: Json, name: str) -> bool | None:
    """Return true or false; None for anything else."""
    value = json.get(name)
    return value if isinstance(value, bool) else None


def read_moment(item: Any) -> datetime | None:
    """Return when a play ended, in UTC; None where that cannot be read."""
    try:
        moment = datetime.fromisoformat(read_text(item, "played_at"))
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def read_track_uri(track: Json) -> str | None:
    """Return a track's URI, made from its id where it carries none."""
    track_id = read_key(track, "id")
    return read_key(track, "uri") or (f"spotify:track:{track_id}" if track_id else None)


def fold_first_name(artists: list[Json]) -> str:
    """Return the folded name of the first artist who has one."""
    return next(
        (folded for artist in artists if (folded := fold_name(read_text(artist, "name")))), ""
    )


def read_image(json: Json) -> str | None:
    """Return the address of the widest picture."""
    images = read_dicts(json, "images")
    widest = max(images, key=lambda image: read_integer(image, "width") or 0, default={})
    return read_text(widest, "url") or None


def read_isrc(track: Json) -> str | None:
    """Return the recording code, upper case without hyphens; None where it is none."""
    isrc = re.sub(r"[^A-Z0-9]", "", read_text(read_dict(track, "external_ids"), "isrc").upper())
    return isrc if len(isrc) == 12 else None


_PRECISIONS = {4: "year", 7: "month", 10: "day"}


def read_release_date(album: Json) -> tuple[date | None, str | None]:
    """Return the first day of the period of release and how precise it is; "0000" is no year."""
    text = read_text(album, "release_date")
    precision = _PRECISIONS.get(len(text))
    try:
        return date.fromisoformat(text + "-01-01"[: 10 - len(text)]), precision
    except ValueError:
        return None, None
