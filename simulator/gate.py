"""What every call passes: moods, token, app, limits; then its endpoint; then moods again."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from flask import Response, request

from simulator.accounts import Access
from simulator.answers import (
    RefusedCall,
    answer_error,
    answer_json,
    answer_quota_spent,
    answer_too_many,
    break_off,
    hang_up,
)
from simulator.catalogue import Catalogue
from simulator.listeners import SimulatedListener
from simulator.mood_answers import alter, refuse
from simulator.moods import REFUSING, Mood
from simulator.shapes import Json, Shapes
from simulator.world import World

#: What Spotify took from apps made since 2026-02.
OLD_ONLY = frozenset(
    ["tracks", "albums", "artists", "episodes", "shows", "artist_top_tracks", "new_releases"]
)
#: The scopes of which a call needs one; an endpoint that is not here needs none.
SCOPES = {
    "recently_played": {"user-read-recently-played"},
    "currently_playing": {"user-read-currently-playing", "user-read-playback-state"},
    "player": {"user-read-playback-state"},
    "following": {"user-follow-read"},
    "saved_albums": {"user-library-read"},
    "saved_tracks": {"user-library-read"},
    "top": {"user-top-read"},
}
#: Moods in which no answer comes.
SILENT = ("hung", "disconnected")
FOR_LISTENERS = frozenset(["me", *SCOPES])


@dataclass(frozen=True)
class Visit:
    """One call that got through, as its endpoint sees it."""

    world: World
    shapes: Shapes
    access: Access
    now_ms: int
    window_ms: int

    @property
    def listener(self) -> SimulatedListener:
        """Return whose token this is; only where the endpoint is a listener's own."""
        return self.world.listener(self.access.listener)

    @property
    def catalogue(self) -> Catalogue:
        """Return what there is to hear."""
        return self.world.catalogue

    def read_number(self, name: str, default: int, least: int, most: int) -> int:
        """Read a number from the query; raises RefusedCall (400, "Invalid limit") out of bounds."""
        text = request.args.get(name, str(default))
        if not text.isdecimal() or not least <= int(text) <= most:
            raise RefusedCall(400, f"Invalid {name}")
        return int(text)


Endpoint = Callable[..., Json | None]


class Gate:
    """The way in. ``closing`` is set when the server stops, so that nothing hangs on."""

    def __init__(self, world: World, shapes: Shapes, closing: threading.Event) -> None:
        self.world, self.shapes, self.closing = world, shapes, closing

    def admit(self, name: str, endpoint: Endpoint, **parts: str) -> Response:
        """Answer one call to the Web API and write it down."""
        ids = [*parts.values(), *request.args.get("ids", "").split(",")]
        return self._receive(name, ids, lambda met: self._answer(name, endpoint, met, parts))

    def admit_to_token(self, give_token: Callable[..., Response]) -> Response:
        """Answer one call for a token and write it down."""

        def answer(met: list[Mood]) -> Response:
            response = give_token(self, rotate=any(mood.kind == "rotated" for mood in met))
            return _send(response, met)

        return self._receive("token", [], answer)

    def admit_openly(self, name: str, ids: list[str], give: Callable[[], Response]) -> Response:
        """Answer one call that needs no token and write it down."""
        return self._receive(name, ids, lambda met: _send(give(), met))

    def _receive(
        self, name: str, ids: list[str], answer: Callable[[list[Mood]], Response]
    ) -> Response:
        with self.world.lock:
            met = self.world.moods.draw(name, self.world.clock.now_ms, ids)
        path = request.full_path.rstrip("?")
        silences = [mood.kind for mood in met if mood.kind in SILENT]
        if silences:
            with self.world.lock:
                self.world.calls.add(name, path, 0)
            self._leave_alone(silences[0])
            return Response(status=503)  # nobody is there to read it
        response = self._act_out(met)
        with self.world.lock:
            if response is None:
                response = answer(met)
            self.world.calls.add(name, path, response.status_code)
        return response

    def _leave_alone(self, kind: str) -> None:
        """Close the connection without an answer; where it hangs, not before the server stops."""
        if kind == "hung":
            self.closing.wait()
        hang_up()

    def _act_out(self, met: list[Mood]) -> Response | None:
        """Be slow, or refuse, outside the lock; None where the call may go on."""
        refusal: Response | None = None
        for mood in met:
            if mood.kind == "slow":
                self.closing.wait(mood.delay_seconds)
            elif mood.kind in REFUSING:
                refusal = refuse(mood)
        return refusal

    def _answer(
        self, name: str, endpoint: Endpoint, met: list[Mood], parts: dict[str, str]
    ) -> Response:
        now_ms = self.world.clock.now_ms
        try:
            access = self._check_token(name, now_ms)
        except RefusedCall as error:
            return answer_error(error.status, error.message)
        refusal = self._check_limits(name, now_ms)
        if refusal is not None:
            return refusal
        stalled = [mood.since_ms for mood in met if mood.kind == "stalled"]
        visit = Visit(self.world, self.shapes, access, now_ms, min([now_ms, *stalled]))
        try:
            body = endpoint(visit, **parts)
        except RefusedCall as error:
            return answer_error(error.status, error.message)
        if body is None:
            return Response(status=204)
        for mood in met:
            body = alter(body, mood)
        return _send(answer_json(body), met)

    def _check_token(self, name: str, now_ms: int) -> Access:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise RefusedCall(401, "No token provided")
        access = self.world.accounts.read_access(token)
        if access is None:
            raise RefusedCall(401, "Invalid access token")
        if now_ms >= access.expires_ms:
            raise RefusedCall(401, "The access token expired")
        if name in FOR_LISTENERS and access.listener is None:
            raise RefusedCall(401, "Valid user authentication required")
        if name in SCOPES and not SCOPES[name].intersection(access.scopes):
            raise RefusedCall(403, "Insufficient client scope")
        return access

    def _check_limits(self, name: str, now_ms: int) -> Response | None:
        if name in OLD_ONLY and not self.world.is_old_app:
            return self._refuse_new_app()
        wait_seconds = self.world.limits.check_rate(now_ms)
        if wait_seconds is not None:
            return answer_too_many(wait_seconds)
        wait_seconds = self.world.limits.check_quota(name, now_ms)
        if wait_seconds is not None:
            return answer_quota_spent(wait_seconds)
        return None

    def _refuse_new_app(self) -> Response:
        status = self.world.settings.refusal_status
        if status == 429:
            return answer_too_many(None)
        return answer_error(status, "Forbidden" if status == 403 else "Not found.")


def _send(response: Response, met: list[Mood]) -> Response:
    return break_off(response) if any(mood.kind == "dropped" for mood in met) else response
