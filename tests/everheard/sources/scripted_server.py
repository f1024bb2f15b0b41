"""A real HTTP server on loopback that answers from a script and remembers what it was asked."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Reply:
    """One scripted answer; ``mood`` is how it is delivered."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    mood: str = "plain"  # or: hang_up, silent, truncated, dripping


def as_json(content: Any, status: int = 200, **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    named["Content-Type"] = "application/json"
    return Reply(status, json.dumps(content).encode(), named)


def refusal(status: int, message: str, **headers: str) -> Reply:
    return as_json({"error": {"status": status, "message": message}}, status, **headers)


def quota_spent(**headers: str) -> Reply:
    error = {"status": 429, "message": "Too many requests", "reason": "QUOTA_EXCEEDED"}
    return as_json({"error": error}, 429, **headers)


def token_answer(access_token: str = "access-1", **more: Any) -> Reply:
    return as_json(
        {"access_token": access_token, "token_type": "Bearer", "expires_in": 3600, **more}
    )


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: dict[str, list[str]]
    form: dict[str, list[str]]
    headers: dict[str, str]
    client_port: int


class ScriptedServer:
    """Answers each request with the next reply of the script; without one, with a 418."""

    def __init__(self) -> None:
        self.replies: list[Reply] = []
        self.requests: list[Request] = []
        self.left_open: list[tuple[str, int]] = []
        self.released = threading.Event()
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def api_url(self) -> str:
        return f"{self.url}/v1"

    @property
    def paths(self) -> list[str]:
        return [request.path for request in self.requests]

    def will_answer(self, *replies: Reply) -> None:
        self.replies += replies

    def next_reply(self) -> Reply:
        return self.replies.pop(0) if self.replies else Reply(418)


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # so that closing waits for them

    def __init__(self, script: ScriptedServer) -> None:
        self.script = script
        super().__init__(("127.0.0.1", 0), _Handler)
        script.port = self.server_port

    def server_bind(self) -> None:
        TCPServer.server_bind(self)  # HTTPServer asks the resolver for a name, and waits for it
        self.server_name, self.server_port = "127.0.0.1", int(self.server_address[1])


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 10
    server: _Server

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name upstream
        pass

    def log_error(self, format: str, *args: Any) -> None:  # noqa: A002 - its name upstream
        if "timed out" in format:
            self.server.script.left_open.append(self.client_address)

    def _answer(self) -> None:
        script = self.server.script
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        script.requests.append(
            Request(
                self.command,
                parts.path,
                parse_qs(parts.query),
                parse_qs(body),
                {name.lower(): value for name, value in self.headers.items()},
                self.client_address[1],
            )
        )
        reply = script.next_reply()
        self.close_connection = reply.mood != "plain"
        with suppress(ConnectionError):
            getattr(self, f"_be_{reply.mood}")(reply)

    def _be_plain(self, reply: Reply) -> None:
        self._send_head(reply, len(reply.body))
        self.wfile.write(reply.body)

    def _be_hang_up(self, reply: Reply) -> None:
        self.connection.shutdown(socket.SHUT_RDWR)

    def _be_silent(self, reply: Reply) -> None:
        self.server.script.released.wait(30)

    def _be_truncated(self, reply: Reply) -> None:
        self._send_head(reply, len(reply.body) + 100)
        self.wfile.write(reply.body)

    def _be_dripping(self, reply: Reply) -> None:
        pieces = 2000
        self._send_head(reply, pieces)
        for _ in range(pieces):
            self.wfile.write(b" ")
            if self.server.script.released.wait(0.002):
                return

    def _send_head(self, reply: Reply, length: int) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.status != 204:
            self.send_header("Content-Length", str(length))
        self.end_headers()


@contextmanager
def run_scripted_server() -> Iterator[ScriptedServer]:
    script = ScriptedServer()
    server = _Server(script)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield script
    finally:
        script.released.set()
        server.shutdown()
        thread.join()
        server.server_close()
    assert script.left_open == []  # connections that only the handler's time-out ended


class FakeTime:
    """A clock that moves only when somebody sleeps, and remembers each sleep (seconds)."""

    def __init__(self) -> None:
        self.start = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
        self.elapsed = 0.0
        self.sleeps: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.elapsed += seconds

    def clock(self) -> float:
        return 1000.0 + self.elapsed

    def now(self) -> datetime:
        return self.start + timedelta(seconds=self.elapsed)
