"""Fields that only Spotify's answers have: moments, URIs, pictures, codes, dates of release."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

from everheard.names import fold_name
from everheard.sources.fields import Json, read_dict, read_dicts, read_integer, read_key, read_text

#: A play ends on a day of dim_date, whatever the listener's time zone: so says fact_play.
FIRST_MOMENT = datetime(2000, 1, 2, tzinfo=UTC)
END_OF_TIME = datetime(2050, 12, 31, tzinfo=UTC)


def read_moment(item: Any) -> datetime | None:
    """Return when a play ended, in UTC; None where that cannot be read.

    Nor is it read where the ledger's calendar has no such day in every time zone.
    """
    try:
        moment = datetime.fromisoformat(read_text(item, "played_at"))
        told = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return told if FIRST_MOMENT <= told < END_OF_TIME else None


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
