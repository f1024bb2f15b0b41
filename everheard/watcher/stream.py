"""The stream of what plays: a small asynchronous server, asked by pages and programs.

Waitress, which serves the API, has a thread for each of its eight answers, and a stream is an
answer that does not end. Here one thread serves hundreds. No event asks the database: a token is
looked up when a stream begins, and nothing else is.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from http import HTTPStatus
from time import monotonic

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from everheard.config import PROJECT_DIR
from everheard.watcher.broadcast import Broadcast
from everheard.watcher.stream_access import StreamAccess
from everheard.watcher.stream_server import StreamServer, bind

#: Seconds of silence after which a sign of life is sent: proxies cut what is silent for a minute.
HEARTBEAT_S = 15.0
#: Seconds after which a stream that a token opened ends, and is asked for again: it may be revoked.
LONGEST_S = 3600.0
#: Milliseconds that a browser's own EventSource waits before it asks again.
RETRY_MS = 2000
_SCRIPT = PROJECT_DIR / "dashboard" / "static" / "now-playing.js"
_LOOPBACK_ORIGIN = r"https?://(127\.0\.0\.1|localhost|\[::1\])(:\d+)?"
_HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}


def make_app(broadcast: Broadcast, access: StreamAccess) -> Starlette:
    """Make the app that tells ``broadcast`` to those whom ``access`` lets in."""

    async def show_states(request: Request) -> Response:
        sees = await access.let_in(request)
        states = [state for name, state in broadcast.states.items() if sees(name)]
        return JSONResponse({"now": _spell_now(), "states": states}, headers=_HEADERS)

    async def tell_changes(request: Request) -> Response:
        sees = await access.let_in(request)
        headers = {**_HEADERS, "X-Accel-Buffering": "no"}  # nginx hands on at once
        if request.method == "HEAD":
            return Response(headers=headers, media_type="text/event-stream")
        longest_s = LONGEST_S if access.needs_token else float("inf")
        told = _tell(broadcast, request.headers.get("Last-Event-ID"), sees, longest_s)
        return StreamingResponse(told, headers=headers, media_type="text/event-stream")

    app = Starlette(
        routes=[
            Route("/health", _show_health),
            Route("/now-playing", show_states),
            Route("/now-playing/stream", tell_changes),
            Route("/now-playing.js", _guard(access, _send_script)),
        ],
        middleware=[_allow_origins(access.origins)],
        exception_handlers={HTTPException: _explain},
    )
    app.state.broadcast = broadcast
    return app


async def serve(
    app: Starlette, host: str, port: int, *, opened: Callable[[int], None] | None = None
) -> None:
    """Serve until cancelled, and end every stream then; ``opened`` is called with the port.

    Raises ConfigurationError where the address cannot be had.
    """
    server, bound = StreamServer(app), bind(host, port)
    serving = asyncio.create_task(server.serve(sockets=[bound]))
    if opened:
        opened(bound.getsockname()[1])
    try:
        await asyncio.shield(serving)
    finally:
        server.should_exit = True
        app.state.broadcast.close()
        await serving


async def _tell(
    broadcast: Broadcast, last_event_id: str | None, sees: Callable[[str], bool], longest_s: float
) -> AsyncIterator[bytes]:
    """Yield the clock, then states; whoever looks may have another clock than we."""
    ends_at = monotonic() + longest_s
    clock = json.dumps({"now": _spell_now()})
    yield f"retry: {RETRY_MS}\nevent: clock\ndata: {clock}\n\n".encode()
    events = broadcast.subscribe(last_event_id, sees=sees, patience_s=HEARTBEAT_S)
    async for event in events:
        if event is None:
            yield b":\n\n"
        else:
            yield f"id: {event.event_id}\nevent: state\ndata: {event.data}\n\n".encode()
        if monotonic() > ends_at:
            return


async def _show_health(_: Request) -> Response:
    """Say that it runs, and nothing of anybody."""
    return JSONResponse({"status": "ok"}, headers=_HEADERS)


async def _send_script(_: Request) -> Response:
    """Send the element; pages of other sites may take it as a module."""
    headers = {**_HEADERS, "Cache-Control": "no-cache", "Access-Control-Allow-Origin": "*"}
    return FileResponse(_SCRIPT, media_type="text/javascript", headers=headers)


def _guard(
    access: StreamAccess, answer: Callable[[Request], Awaitable[Response]]
) -> Callable[[Request], Awaitable[Response]]:
    """Answer what tells of nobody, unless all is off; it is counted, too."""

    async def answer_counted(request: Request) -> Response:
        access.count(request)
        return await answer(request)

    return answer_counted


def _allow_origins(origins: tuple[str, ...]) -> Middleware:
    """Let pages of these origins read, or of all; no cookie is ever taken, so none is lent.

    The pages of this machine are let in always: the dashboard is one.
    """
    return Middleware(
        CORSMiddleware,
        allow_origins=list(origins) or ["*"],
        allow_origin_regex=_LOOPBACK_ORIGIN,
        allow_methods=["GET"],
        allow_headers=["Authorization", "Last-Event-ID"],
    )


async def _explain(_: Request, error: Exception) -> Response:
    """Say a fault as a problem (RFC 9457), as the API does."""
    assert isinstance(error, HTTPException)  # noqa: S101 (it is registered for these)
    problem = {
        "type": "about:blank",
        "title": HTTPStatus(error.status_code).phrase,
        "status": error.status_code,
        "detail": error.detail,
    }
    return JSONResponse(
        problem,
        error.status_code,
        headers={**_HEADERS, **(error.headers or {})},
        media_type="application/problem+json",
    )


def _spell_now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
