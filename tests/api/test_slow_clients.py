"""Clients that begin and never end: they stop nobody's answers."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest
import requests

from api import server as api_server
from api.server import MOST_CONNECTIONS, make_server
from tests.api.conftest import serve_app


@pytest.mark.parametrize("begun", [b"", b"GET / HTTP/1.1\r\nHost: a\r\nX-Slow: "])
def test_half_open_connections_stop_nobody(served: str, begun: bytes) -> None:
    parts = urlsplit(served)
    with ExitStack() as stack:
        for _ in range(MOST_CONNECTIONS + 50):
            one = stack.enter_context(socket.create_connection((parts.hostname, parts.port)))
            one.sendall(begun)
        assert requests.get(f"{served}/health", timeout=20).status_code == 200


def answer_ok(environ: object, start_response: object) -> list[bytes]:
    start_response("200 OK", [("Content-Length", "2")])  # type: ignore[operator]
    return [b"ok"]


#: More than the buffers of a connection take.
LENGTH = 8_000_000


def answer_at_length(environ: object, start_response: object) -> list[bytes]:
    start_response("200 OK", [("Content-Length", str(LENGTH))])  # type: ignore[operator]
    return [b"a" * LENGTH]


def test_answers_that_are_not_taken_stop_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who takes a few bytes now and then keeps a connection alive, but no place from others."""
    monkeypatch.setattr(api_server, "MOST_CONNECTIONS", 20)
    server = make_server(answer_at_length, host="127.0.0.1", port=0)
    address = "127.0.0.1", int(server.effective_port)
    with serve_app(server), ExitStack() as stack:
        for _ in range(50):
            one = stack.enter_context(socket.socket())
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            one.connect(address)
            one.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            one.recv(1)
        answer = requests.get(f"http://{address[0]}:{address[1]}/", timeout=5)
        assert len(answer.content) == LENGTH


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Serve with a patience of one second; yield the port."""
    monkeypatch.setattr(api_server, "PATIENCE_S", 1)
    server = make_server(answer_ok, host="127.0.0.1", port=0)
    server.adj.cleanup_interval = 0
    with serve_app(server):
        yield server.effective_port


@pytest.mark.parametrize("drip", [b"a", b"\r\n", b"\n", b" "])
def test_request_that_drips_in_is_cut_off(impatient: int, drip: bytes) -> None:
    """A byte now and then is no sign of life, nor are empty lines: the server hangs up."""
    with socket.create_connection(("127.0.0.1", impatient)) as slow:
        slow.settimeout(0.2)
        if drip == b"a":
            slow.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ")
        ended = threading.Event()
        for _ in range(200):
            try:
                slow.sendall(drip)
                if slow.recv(1) == b"":
                    ended.set()
            except TimeoutError:
                continue
            except OSError:
                ended.set()
            if ended.is_set():
                break
        assert ended.is_set()


def test_next_request_on_the_same_connection_is_answered(impatient: int) -> None:
    with requests.Session() as session:
        for _ in range(3):
            assert session.get(f"http://127.0.0.1:{impatient}/", timeout=20).text == "ok"
