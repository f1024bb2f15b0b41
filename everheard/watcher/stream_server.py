"""The server of the stream: uvicorn, with limits for clients that are slow, or never end.

A connection holds a place, and there are not so many. So a request must be whole within a time,
and who takes nothing of an answer for longer is not waited for.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from everheard.failure import ConfigurationError

if TYPE_CHECKING:
    from starlette.applications import Starlette

#: Seconds for a request to be whole, and for a next one to begin.
PATIENCE_S = 20.0
#: Seconds for what is sent to be taken.
UNTAKEN_S = 60.0
#: Connections at once; with all else that is open they stay below the 1024 of a process.
MOST_CONNECTIONS = 900
#: Bytes that wait for one client, here and in the system: what waits longer is old.
_MOST_UNSENT = 16 * 1024


class PatientProtocol(H11Protocol):
    """A connection that ends where its request does not come to an end, or nothing is taken."""

    _waiting: asyncio.TimerHandle | None = None
    _untaken: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the first request."""
        super().connection_made(transport)
        transport.set_write_buffer_limits(high=_MOST_UNSENT)
        self._waiting = self.loop.call_later(PATIENCE_S, transport.abort)

    def data_received(self, data: bytes) -> None:
        """Read; only a request that is whole counts as a sign of life."""
        super().data_received(data)
        is_answering = self.cycle is not None and not self.cycle.response_complete
        if is_answering and self._waiting:
            self._waiting.cancel()
            self._waiting = None
        elif not is_answering and not self._waiting:
            self._waiting = self.loop.call_later(PATIENCE_S, self.transport.abort)

    def pause_writing(self) -> None:
        """Hold the answer until what waits is taken, but not forever."""
        super().pause_writing()
        self._untaken = self.loop.call_later(UNTAKEN_S, self.transport.abort)

    def resume_writing(self) -> None:
        """Go on with the answer."""
        super().resume_writing()
        if self._untaken:
            self._untaken.cancel()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        super().connection_lost(exc)
        for timer in (self._waiting, self._untaken):
            if timer:
                timer.cancel()


class StreamServer(uvicorn.Server):
    """A server that ends when it is told to; signals are for whoever started it."""

    def __init__(self, app: Starlette) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=PatientProtocol,
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                proxy_headers=False,  # an address that a request names tells nothing
                server_header=False,
                limit_concurrency=MOST_CONNECTIONS,
                timeout_keep_alive=int(PATIENCE_S),
                timeout_graceful_shutdown=2,
            )
        )

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take no signal."""
        yield


def bind(host: str, port: int) -> socket.socket:
    """Return a socket at an address; raise ConfigurationError where it cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        bound = socket.create_server((host, port), family=family, backlog=1024)
    except OSError as error:
        reason = error.strerror or "no such address"
        raise ConfigurationError(
            [f"Port {port} at {host} cannot be used ({reason}): choose another with --port"]
        ) from None
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _MOST_UNSENT)
    return bound
