"""Recently-played -> rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from everheard.rows import FIRST_MOMENT, Moment, Page, PollRow, StagedRows
from everheard.sources.fields import Json, read_dict, read_integer, read_list, read_text
from everheard.sources.spotify.rows.fields import read_moment, read_track_uri
from everheard.sources.spotify.rows.stage import Stage

#: Spotify shows no more plays than this, whatever is asked.
PAGE_LIMIT = 50


class Item(NamedTuple):
    """One readable item of recently-played."""

    moment: Moment
    json: Json


def read_items(answer: Json) -> tuple[list[Item], list[str]]:
    """Return the readable items of an answer, oldest first, and a word on each other one."""
    items: list[Item] = []
    faults: list[str] = []
    for number, raw in enumerate(read_list(answer, "items"), start=1):
        played_at = read_moment(raw)
        track = read_dict(raw, "track")
        if played_at is None:
            faults.append(f"item {number} has no readable played_at")
        elif read_text(track, "uri").startswith("spotify:episode:"):
            faults.append(f"item {number} is an episode, which this endpoint should not show")
        else:
            items.append(Item(Moment(played_at, read_track_uri(track)), raw))
    return sorted(
        items, key=lambda item: (item.moment.played_at, item.moment.track_uri or "")
    ), faults


def merge_answers(answers: Iterable[Json]) -> tuple[dict[Moment, Item], list[str]]:
    """Return the readable items of several answers by their moment, and a word on each other one.

    A moment that several answers tell is told by the last of them.
    """
    items: dict[Moment, Item] = {}
    faults: list[str] = []
    for answer in answers:
        readable, unreadable = read_items(answer)
        items |= {item.moment: item for item in readable}
        faults += unreadable
    return items, faults


def to_page(answer: Json) -> Page:
    """Return what gaps are found by: the moments, and whether the answer was full."""
    items, _ = read_items(answer)
    possible = (item for item in items if item.moment.played_at >= FIRST_MOMENT)
    oldest = next((read_dict(item.json, "track") for item in possible), {})
    return Page(
        moments=tuple(item.moment for item in items),
        is_full=len(read_list(answer, "items")) >= PAGE_LIMIT,
        oldest_duration_ms=read_integer(oldest, "duration_ms") or 0,
    )


def trim_answer(answer: Json) -> Json:
    """Return the same answer with nothing but the fields we use: what the spool keeps."""
    return {"items": [_trim(item, _USED_FIELDS) for item in read_list(answer, "items")]}


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
    stage = Stage()
    for item in items:
        track_ref = stage.add_track(read_dict(item.json, "track"), item.moment.track_uri)
        context_ref = stage.add_context(read_dict(item.json, "context"))
        stage.rows.poll.append(PollRow(item.moment.played_at, track_ref, context_ref))
    return stage.rows
