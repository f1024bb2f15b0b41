"""Endpoints of the Web API about the listener: who, what they heard, what they hear now."""

from __future__ import annotations

from flask import request

from simulator.answers import RefusedCall
from simulator.catalogue import SimulatedEpisode, SimulatedTrack
from simulator.gate import Visit
from simulator.listening import Play
from simulator.shapes import OPEN_URL, Json, make_images

DEVICE_TYPES = {"android": "Smartphone", "ios": "Smartphone", "cast": "CastAudio"}


def get_me(visit: Visit) -> Json:
    """Answer ``/me``; ``account_id`` is what identifies a listener for good."""
    listener = visit.listener
    body: Json = {
        "account_id": listener.account_id,
        "display_name": listener.name.capitalize(),
        "external_urls": {"spotify": f"{OPEN_URL}/user/{listener.user_id}"},
        "href": f"{visit.shapes.api_url}/users/{listener.user_id}",
        "id": listener.user_id,
        "images": make_images(listener.user_id, 300, 64),
        "type": "user",
        "uri": f"spotify:user:{listener.user_id}",
    }
    if visit.world.is_old_app:
        body |= {
            "country": "DE",
            "email": f"{listener.name}@example.com",
            "explicit_content": {"filter_enabled": False, "filter_locked": False},
            "followers": {"href": None, "total": 0},
            "product": "premium",
        }
    return body


def get_recently_played(visit: Visit) -> Json:
    """Answer ``/me/player/recently-played``: fifty plays are all there is, cursors or not."""
    limit = visit.read_number("limit", 20, 1, 50)
    recorded = visit.world.settings.recently_played
    if recorded is not None:
        return {**recorded, "items": recorded["items"][:limit], "limit": limit}
    plays = visit.listener.window(visit.window_ms)
    if before := _read_cursor("before"):
        plays = [play for play in plays if play.ended_ms < before][:limit]
    elif after := _read_cursor("after"):
        plays = [play for play in plays if play.ended_ms > after][:limit]
    else:
        plays = plays[:limit]
    href = f"{visit.shapes.api_url}/me/player/recently-played"
    oldest = plays[-1].ended_ms if plays else None
    return {
        "href": f"{href}?{request.query_string.decode()}".rstrip("?"),
        "items": [visit.shapes.played_item(play, visit.now_ms) for play in plays],
        "limit": limit,
        "next": f"{href}?before={oldest}&limit={limit}" if plays else None,
        "cursors": ({"after": str(plays[0].ended_ms), "before": str(oldest)} if plays else None),
    }


def _read_cursor(name: str) -> int | None:
    text = request.args.get(name)
    if text is None:
        return None
    if not text.isdecimal():
        raise RefusedCall(400, f"Invalid {name}")
    return int(text)


def get_currently_playing(visit: Visit) -> Json | None:
    """Answer ``/me/player/currently-playing``; None (204) while nothing plays."""
    play = visit.listener.playing(visit.now_ms)
    if play is None:
        return None
    body: Json = {
        "timestamp": play.started_ms,
        "context": visit.shapes.context(play.context_uri),
        **_find_progress(play, visit.now_ms),
        "item": _shape_item(visit, play.item),
        "currently_playing_type": "track" if isinstance(play.item, SimulatedTrack) else "episode",
        "actions": {"disallows": {"resuming": True}},
    }
    return body


def get_player(visit: Visit) -> Json | None:
    """Answer ``/me/player``: currently-playing, and on which device."""
    body = get_currently_playing(visit)
    play = visit.listener.playing(visit.now_ms)
    if body is None or play is None:
        return None
    device: Json = {
        "id": visit.listener.account_id,
        "is_active": True,
        "is_private_session": False,
        "is_restricted": False,
        "name": play.platform,
        "supports_volume": True,
        "type": DEVICE_TYPES.get(play.platform, "Computer"),
        "volume_percent": 67,
    }
    return {
        "device": device,
        "shuffle_state": play.shuffle,
        "smart_shuffle": False,
        "repeat_state": "off",
        **body,
    }


def _shape_item(visit: Visit, item: SimulatedTrack | SimulatedEpisode) -> Json | None:
    if isinstance(item, SimulatedTrack):
        return visit.shapes.track(item, visit.now_ms)
    asked = request.args.get("additional_types", "track").split(",")
    return visit.shapes.episode(item) if "episode" in asked else None


def _find_progress(play: Play, now_ms: int) -> Json:
    """Return how far the play is; a pause lies in the middle of what was heard."""
    elapsed_ms = now_ms - play.started_ms
    half_ms = play.ms_played // 2
    pause_ms = play.ended_ms - play.started_ms - play.ms_played
    is_paused = half_ms < elapsed_ms < half_ms + pause_ms
    if elapsed_ms > half_ms:
        elapsed_ms = max(half_ms, elapsed_ms - pause_ms)
    return {"progress_ms": elapsed_ms, "is_playing": not is_paused}
