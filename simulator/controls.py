"""The simulator's own switches, under ``/simulator``: clock, moods, calls, ground truth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any

from flask import Blueprint, Response, request

from simulator.answers import answer_json
from simulator.clock import from_iso, to_iso
from simulator.endpoints import check_names
from simulator.listeners import DuePlay
from simulator.moods import KINDS, Mood
from simulator.world import World

MOOD_WORDS = {field.name for field in fields(Mood)} - {"since_ms"}


def show_state(world: World) -> Any:
    """GET /simulator/state: everything at a glance, and which moods there are."""
    return {**world.describe(), "mood_kinds": KINDS}


def show_listeners(world: World) -> Any:
    """GET /simulator/listeners: the app's id and secret, each listener's refresh token."""
    return {
        "client_id": world.accounts.client_id,
        "client_secret": world.accounts.client_secret,
        "redirect_uris": list(world.accounts.redirect_uris),
        "listeners": [
            {
                "name": name,
                "kind": listener.kind,
                "account_id": listener.account_id,
                "id": listener.user_id,
                "refresh_token": world.refresh_token(name),
            }
            for name, listener in world.listeners.items()
        ],
    }


def show_heard(world: World) -> Any:
    """GET /simulator/heard: a listener's ground truth (?listener=NAME&since=ISO)."""
    since, name = request.args.get("since"), request.args.get("listener")
    if name is not None and name not in world.listeners:
        raise ValueError(f"no listener is called {name!r}: there are {', '.join(world.listeners)}")
    rows = world.heard(name, from_iso(since) if since else None)
    return {"listener": world.listener(name).name, "heard": [describe_heard(row) for row in rows]}


def hear(world: World) -> Any:
    """POST /simulator/hear: let a listener hear one track, ending now where not said."""
    body = _read_body({"track_id", "ended", "listener", "ms_played", "uploaded", "context_uri"})
    if body.get("track_id") not in world.catalogue.track_by_id:
        raise ValueError("track_id must be the id of a track of the catalogue")
    world.hear(body.pop("track_id"), body.pop("ended", None), **body)
    return {"heard": 1}


def show_clock(world: World) -> Any:
    """GET /simulator/clock: the simulated moment."""
    return {"now": to_iso(world.clock.now_ms), "speed": world.clock.speed}


def move_clock(world: World) -> Any:
    """POST /simulator/clock: advance_seconds, to (ISO), speed."""
    body = _read_body({"advance_seconds", "to", "speed"})
    if "speed" in body:
        world.clock.run_at(_read_number(body, "speed"))
    if "to" in body:
        world.clock.move_to(str(body["to"]))
    if "advance_seconds" in body:
        world.clock.advance(_read_number(body, "advance_seconds"))
    return show_clock(world)


def show_moods(world: World) -> Any:
    """GET /simulator/moods: those in force, and all kinds there are."""
    return {"moods": world.moods.describe(), "kinds": KINDS}


def add_mood(world: World) -> Any:
    """POST /simulator/moods: kind, endpoint, times, probability and the kind's particulars."""
    body = _read_body(MOOD_WORDS)
    world.add_mood(str(body.pop("kind", "")), **body)
    return show_moods(world)


def clear_moods(world: World) -> Any:
    """DELETE /simulator/moods: all, or ?kind= and ?endpoint=."""
    world.moods.clear(request.args.get("kind"), request.args.get("endpoint"))
    return show_moods(world)


def set_ceilings(world: World) -> Any:
    """POST /simulator/ceilings: calls per rolling day by endpoint, instead of those before."""
    body = _read_body(None)
    check_names(body)
    world.limits.ceilings = {name: int(_read_number(body, name)) for name in body}
    return world.limits.describe()


def show_calls(world: World) -> Any:
    """GET /simulator/calls: counts by endpoint and status, and the latest calls."""
    return world.calls.describe()


def reset_calls(world: World) -> Any:
    """DELETE /simulator/calls: forget them all."""
    world.calls.reset()
    return world.calls.describe()


SWITCHES: dict[tuple[str, str], Callable[[World], Any]] = {
    ("GET", "state"): show_state,
    ("GET", "listeners"): show_listeners,
    ("GET", "heard"): show_heard,
    ("POST", "hear"): hear,
    ("GET", "clock"): show_clock,
    ("POST", "clock"): move_clock,
    ("GET", "moods"): show_moods,
    ("POST", "moods"): add_mood,
    ("DELETE", "moods"): clear_moods,
    ("POST", "ceilings"): set_ceilings,
    ("GET", "calls"): show_calls,
    ("DELETE", "calls"): reset_calls,
}


def make_controls(world: World) -> Blueprint:
    """Return the switches; what they refuse, they refuse with 400 and a sentence."""
    blueprint = Blueprint("controls", __name__, url_prefix="/simulator")

    def serve(method: str, path: str, switch: Callable[[World], Any]) -> None:
        def view() -> Response:
            try:
                with world.lock:
                    return answer_json(switch(world))
            except ValueError as error:
                return answer_json({"error": str(error)}, 400)

        blueprint.add_url_rule(f"/{path}", f"{method} {path}", view, methods=[method])

    for (method, path), switch in SWITCHES.items():
        serve(method, path, switch)
    return blueprint


def describe_heard(row: DuePlay) -> dict[str, Any]:
    """Return one row of the ground truth, its moments as text."""
    return {
        "played_at": row.played_at,
        "track_id": row.track_id,
        "track_name": row.track_name,
        "ms_played": row.ms_played,
        "context_uri": row.context_uri,
        "uploaded_at": to_iso(row.uploaded_ms),
        "lost_at": None if row.lost_ms is None else to_iso(row.lost_ms),
    }


def _read_body(words: set[str] | None) -> dict[str, Any]:
    body = request.get_json(force=True, silent=True)
    if not isinstance(body, dict):
        raise ValueError("send a JSON object")
    if words is not None and (unknown := sorted(set(body) - words)):
        raise ValueError(f"nothing is called {unknown[0]!r} here: there are {sorted(words)}")
    return body


def _read_number(body: dict[str, Any], name: str) -> float:
    if not isinstance(body[name], int | float):
        raise ValueError(f"{name} must be a number")
    return float(body[name])
