"""The server that ships: waitress, with limits for clients that are slow, or never come to an end.

A connection whose request is not whole yet, or whose answer is not taken yet, costs no thread,
but it holds a place. So a request must be whole within a time however slowly it drips in, and
where places become few, the connection that asked its last request longest ago makes room.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from waitress.channel import HTTPChannel
from waitress.server import create_server

#: Seconds for a request to be whole, for an answer to be taken, and for a next request to begin.
PATIENCE_S = 20
#: Connections that are kept open; with a file that each is being sent they stay below the 1024
#: that a process may usually open.
MOST_CONNECTIONS = 400
#: Bytes of a body that is read at all; the app refuses what is longer than its own limit.
_LONGEST_BODY = 1024 * 1024


class PromptChannel(HTTPChannel):
    """A connection that ends where its request does not come to an end, or its place is needed."""

    def __init__(self, server: Any, *arguments: Any, **more: Any) -> None:
        super().__init__(server, *arguments, **more)
        #: When its last request was whole, or it came.
        self.asked_at = time.monotonic()
        if len(server.active_channels) > MOST_CONNECTIONS:
            waiting = [
                one
                for one in server.active_channels.values()
                if one is not self and not one.requests
            ]
            if waiting:
                min(waiting, key=lambda one: one.asked_at).handle_close()

    def handle_read(self) -> None:
        """Read; only the first bytes of a request and its end count as a sign of life."""
        waiting_since, had_begun = self.last_activity, self._has_begun
        super().handle_read()
        if self.requests:
            self.asked_at = time.monotonic()
        elif had_begun or not self._has_begun:
            self.last_activity = waiting_since

    @property
    def _has_begun(self) -> bool:
        """Whether something of a request is there; empty lines before it are nothing."""
        request = self.request
        return request is not None and bool(request.headers_finished or request.header_plus.strip())


def make_server(app: Callable[..., Any], *, host: str, port: int) -> Any:
    """Bind; return waitress' server, whose ``run`` serves. Raises OSError."""
    server = create_server(
        app,
        host=host,
        port=port,
        threads=8,
        ident=None,
        channel_timeout=PATIENCE_S,
        cleanup_interval=5,
        connection_limit=2 * MOST_CONNECTIONS,
        asyncore_use_poll=True,  # select takes no file above 1023
        max_request_body_size=_LONGEST_BODY,
        max_request_header_size=64 * 1024,
    )
    # A name with several addresses (localhost) has a socket for each.
    for one in [server, *getattr(server, "map", {}).values()]:
        if hasattr(one, "channel_class"):
            one.channel_class = PromptChannel
    return server
