"""What a call meets in each mood: an answer in Spotify's place, or Spotify's own, changed."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response

from simulator.answers import (
    PREMIUM_TEXT,
    answer_error,
    answer_json,
    answer_quota_spent,
    answer_too_many,
)
from simulator.moods import Mood
from simulator.shapes import Json, blank_track

#: Where a ``next`` leads that no client may follow with a token.
ELSEWHERE = "https://elsewhere.example/v1/next"


def refuse(mood: Mood) -> Response:
    """Return the answer of a mood that answers instead of Spotify."""
    match mood.kind:
        case "rate_limited":
            return answer_too_many(mood.retry_after)
        case "quota_exceeded":
            return answer_quota_spent(mood.retry_after)
        case "not_found":
            return Response(status=404)
        case "unauthorised":
            return answer_error(401, "The access token expired")
        case "premium_lapsed":
            return Response(PREMIUM_TEXT, 403, content_type="text/plain; charset=utf-8")
        case "not_json":
            return Response("<html><body>upstream connect error</body></html>", 200)
        case "null_answer":
            return answer_json(None)
        case "odd_answer":
            return Response(mood.body, 200, content_type="application/json")
        case _:
            return answer_error(mood.status, "Service unavailable")


def alter(body: Json, mood: Mood) -> Json:
    """Return the body as a mood lets it arrive; untouched where the mood has no place in it."""
    match mood.kind:
        case "blanked":
            return _blank(body, mood.ids)
        case "null_track" if len(body.get("items", ())) > mood.position:
            items = list(body["items"])
            items[mood.position] = {**items[mood.position], "track": None}
            return {**body, "items": items}
        case "null_item" if "item" in body:
            return {**body, "item": None, "currently_playing_type": "ad"}
        case "empty_page":
            return _empty(body)
        case "odd_next":
            return _change_lists(body, lambda page, _: {**page, "next": ELSEWHERE})
        case "repeating_next":
            return _change_lists(body, lambda page, _: {**page, "next": page.get("href")})
        case "other_length":
            return _change_lists(body, lambda page, name: _leave_out(page, name, mood.position))
        case "empty_id":
            return _change_lists(body, lambda page, name: _take_id(page, name, mood.position))
        case _:
            return body


def _blank(body: Json, ids: tuple[str, ...]) -> Json:
    """Blank the tracks of a page of plays, of an album, or the track itself."""
    if body.get("type") == "track" and (not ids or body["id"] in ids):
        whole = {"album": {}, **body}
        return {name: value for name, value in blank_track(whole).items() if name in body}
    if "items" in body:
        return {**body, "items": [_blank(item, ids) for item in body["items"]]}
    for name in ("track", "tracks"):
        if isinstance(body.get(name), dict):
            return {**body, name: _blank(body[name], ids)}
    return body


def _empty(body: Json) -> Json:
    if "items" in body:
        return {**body, "items": [], "next": body.get("next") or body["href"]}
    return {
        name: _empty(value) if isinstance(value, dict) else value for name, value in body.items()
    }


def _change_lists(body: Json, change: Callable[[Json, str], Json]) -> Json:
    """Change the list in a body: a page, a page inside, or the entries of a batch."""
    if isinstance(body.get("items"), list):
        return change(body, "items")
    changed = {
        name: _change_lists(value, change) if isinstance(value, dict) else value
        for name, value in body.items()
    }
    batches = [name for name, value in body.items() if isinstance(value, list)]
    return change(changed, batches[0]) if len(body) == 1 and batches else changed


def _leave_out(page: Json, name: str, position: int) -> Json:
    entries = page[name]
    return {**page, name: [*entries[:position], *entries[position + 1 :]]}


def _take_id(page: Json, name: str, position: int) -> Json:
    entries = list(page[name])
    if position < len(entries) and entries[position]:
        entries[position] = {**entries[position], "id": ""}
    return {**page, name: entries}
