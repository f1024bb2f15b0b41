"""Spotify JSON -> rows: pure, no I/O, no clock.

Every field of an answer may be missing, null, blank or of another type; a broken
item costs itself at most, never its neighbours.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from everheard.names import fold_name
from everheard.rows import (
    BLANK,
    FROM_PLAY,
    NAMED,
    AlbumRow,
    ArtistRow,
    ContextRow,
    CreditRow,
    Moment,
    Page,
    PollRow,
    StagedRows,
    TrackRow,
)

#: Spotify shows no more plays than this, whatever is asked.
PAGE_LIMIT = 50

Json = dict[str, Any]


class Item(NamedTuple):
    """One readable item of recently-played."""

    moment: Moment
    json: Json


def read_items(answer: Json) -> tuple[list[Item], list[str]]:
    """Return the readable items of an answer, oldest first, and a word on each other one."""
    items: list[Item] = []
    faults: list[str] = []
    for number, raw in enumerate(_list(answer, "items"), start=1):
        played_at = _moment(raw)
        track = _dict(raw, "track")
        if played_at is None:
            faults.append(f"item {number} has no readable played_at")
        elif _text(track, "uri").startswith("spotify:episode:"):
            faults.append(f"item {number} is an episode, which this endpoint should not show")
        else:
            items.append(Item(Moment(played_at, _track_uri(track)), raw))
    return sorted(
        items, key=lambda item: (item.moment.played_at, item.moment.track_uri or "")
    ), faults


def to_page(answer: Json) -> Page:
    """Return what gaps are found by: the moments, and whether the answer was full."""
    items, _ = read_items(answer)
    oldest = _dict(items[0].json, "track") if items else {}
    return Page(
        moments=tuple(item.moment for item in items),
        is_full=len(_list(answer, "items")) >= PAGE_LIMIT,
        oldest_duration_ms=_integer(oldest, "duration_ms") or 0,
    )


def trim_answer(answer: Json) -> Json:
    """Return the same answer with nothing but the fields we use: what the spool keeps."""
    return {"items": [_trim(item, _USED_FIELDS) for item in _list(answer, "items")]}


_ARTIST_FIELDS: Json = {"id": None, "name": None}
_USED_FIELDS: Json = {
    "played_at": None,
    "context": {"uri": None, "type": None},
    "track": {
        "id": None,
        "uri": None,
        "name": None,
        "duration_ms": None,
        "disc_number": None,
        "track_number": None,
        "explicit": None,
        "is_local": None,
        "external_ids": {"isrc": None},
        "artists": _ARTIST_FIELDS,
        "album": {
            "id": None,
            "name": None,
            "album_type": None,
            "release_date": None,
            "release_date_precision": None,
            "total_tracks": None,
            "images": {"url": None, "width": None},
            "artists": _ARTIST_FIELDS,
        },
    },
}


def _trim(value: Any, fields: Json | None) -> Any:
    if fields is None:
        return value
    if isinstance(value, list):
        return [_trim(element, fields) for element in value]
    if isinstance(value, dict):
        return {name: _trim(value[name], inner) for name, inner in fields.items() if name in value}
    return value


def to_poll_rows(items: Iterable[Item]) -> StagedRows:
    """Return all that the items say: plays, tracks, albums, artists, credits, contexts."""
    stage = _Stage()
    for item in items:
        track_ref = stage.add_track(_dict(item.json, "track"), item.moment.track_uri)
        context_ref = stage.add_context(_dict(item.json, "context"))
        stage.rows.poll.append(PollRow(item.moment.played_at, track_ref, context_ref))
    return stage.rows


class _Stage:
    """Rows under construction; each object is added once and found by its natural key."""

    def __init__(self) -> None:
        self.rows = StagedRows()
        self._refs: dict[tuple[str | None, ...], int] = {}

    def _refer(self, *natural_key: str | None) -> tuple[int, bool]:
        """Return the object's reference, and whether it is new to this batch."""
        ref = self._refs.get(natural_key)
        if ref is not None:
            return ref, False
        ref = self._refs[natural_key] = len(self._refs) + 1
        return ref, True

    def add_artist(self, json: Json) -> int:
        artist_id, name = _text(json, "id") or None, _text(json, "name")
        folded = fold_name(name)
        if not artist_id and not folded:
            return 0
        ref, is_new = self._refer("artist", artist_id or None, None if artist_id else folded)
        if is_new:
            level = (FROM_PLAY if artist_id else NAMED) if name else BLANK
            self.rows.artist.append(ArtistRow(ref, artist_id, name, folded, _image(json), level))
        return ref

    def add_album(self, json: Json) -> int:
        album_id, name = _text(json, "id") or None, _text(json, "name")
        artists = _dicts(json, "artists")
        folded, folded_artist = fold_name(name), _first_folded(artists)
        if not album_id and not folded:
            return 0
        natural_key = (album_id, None, None) if album_id else (None, folded, folded_artist)
        ref, is_new = self._refer("album", *natural_key)
        if is_new:
            released, precision = _release_date(json)
            self.rows.album.append(
                AlbumRow(
                    album_ref=ref,
                    album_id=album_id,
                    name=name,
                    folded_name=folded,
                    folded_artist_name=folded_artist,
                    album_type=_text(json, "album_type").lower() or None,
                    release_date=released,
                    release_date_precision=precision,
                    total_track_count=_integer(json, "total_tracks"),
                    image_url=_image(json),
                    metadata_level=(FROM_PLAY if album_id else NAMED) if name else BLANK,
                )
            )
            if name:
                self.rows.album_artist.extend(self._credits(ref, artists, all_main=True))
        return ref

    def add_track(self, json: Json, track_uri: str | None) -> int:
        name, artists = _text(json, "name"), _dicts(json, "artists")
        folded, folded_artist = fold_name(name), _first_folded(artists)
        if not track_uri and not folded:
            return 0
        natural_key = (track_uri, None, None) if track_uri else (None, folded, folded_artist)
        ref, is_new = self._refer("track", *natural_key)
        if is_new:
            album = _dict(json, "album")
            self.rows.track.append(
                TrackRow(
                    track_ref=ref,
                    track_id=_text(json, "id") or None,
                    track_uri=track_uri,
                    name=name,
                    folded_name=folded,
                    folded_artist_name=folded_artist,
                    album_ref=self.add_album(album),
                    duration_ms=_integer(json, "duration_ms") or None,
                    isrc=_isrc(json),
                    disc_number=_integer(json, "disc_number"),
                    track_number=_integer(json, "track_number"),
                    is_explicit=_flag(json, "explicit"),
                    is_local=bool(_flag(json, "is_local")),
                    metadata_level=FROM_PLAY if name else BLANK,
                )
            )
            if name:
                main = {_text(artist, "id") for artist in _dicts(album, "artists")} - {""}
                self.rows.track_artist.extend(self._credits(ref, artists, main_ids=main))
        return ref

    def _credits(
        self,
        owner_ref: int,
        artists: list[Json],
        *,
        main_ids: Iterable[str] = (),
        all_main: bool = False,
    ) -> Iterator[CreditRow]:
        """Yield one credit an artist: the first and the album's own are main, others featured."""
        seen: set[int] = set()
        for position, artist in enumerate(artists):
            ref = self.add_artist(artist)
            if ref and ref not in seen:
                seen.add(ref)
                is_main = all_main or position == 0 or _text(artist, "id") in main_ids
                yield CreditRow(owner_ref, ref, position, "main" if is_main else "featured")

    def add_context(self, json: Json) -> int:
        uri = _text(json, "uri")
        if not uri:
            return 0
        ref, is_new = self._refer("context", uri)
        if is_new:
            kind = _text(json, "type") or uri.partition(":")[2].partition(":")[0]
            self.rows.context.append(ContextRow(ref, uri, kind))
        return ref


def clean_text(value: Any) -> str:
    """Return text that Postgres takes: no NUL, no half of a surrogate pair, no outer spaces."""
    if not isinstance(value, str):
        return ""
    text = value.replace("\x00", "")
    return text.encode("utf-8", "replace").decode("utf-8").strip()


def _text(json: Any, name: str) -> str:
    return clean_text(json.get(name)) if isinstance(json, dict) else ""


def _dict(json: Any, name: str) -> Json:
    value = json.get(name) if isinstance(json, dict) else None
    return value if isinstance(value, dict) else {}


def _list(json: Any, name: str) -> list[Any]:
    value = json.get(name) if isinstance(json, dict) else None
    return value if isinstance(value, list) else []


def _dicts(json: Any, name: str) -> list[Json]:
    return [element for element in _list(json, name) if isinstance(element, dict)]


def _integer(json: Json, name: str) -> int | None:
    """Return a whole number of at most 31 bits; Spotify sometimes writes numbers as floats."""
    value = json.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if 0 <= value < 2**31 else None


def _flag(json: Json, name: str) -> bool | None:
    value = json.get(name)
    return value if isinstance(value, bool) else None


def _moment(item: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(_text(item, "played_at"))
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _track_uri(track: Json) -> str | None:
    track_id = _text(track, "id")
    return _text(track, "uri") or (f"spotify:track:{track_id}" if track_id else None)


def _first_folded(artists: list[Json]) -> str:
    return next((folded for artist in artists if (folded := fold_name(_text(artist, "name")))), "")


def _image(json: Json) -> str | None:
    """Return the address of the widest picture."""
    images = _dicts(json, "images")
    widest = max(images, key=lambda image: _integer(image, "width") or 0, default={})
    return _text(widest, "url") or None


def _isrc(track: Json) -> str | None:
    isrc = re.sub(r"[^A-Z0-9]", "", _text(_dict(track, "external_ids"), "isrc").upper())
    return isrc if len(isrc) == 12 else None


_PRECISIONS = {4: "year", 7: "month", 10: "day"}


def _release_date(album: Json) -> tuple[date | None, str | None]:
    """Return the first day of the period of release and how precise it is; "0000" is no year."""
    text = _text(album, "release_date")
    precision = _PRECISIONS.get(len(text))
    try:
        return date.fromisoformat(text + "-01-01"[: 10 - len(text)]), precision
    except ValueError:
        return None, None
