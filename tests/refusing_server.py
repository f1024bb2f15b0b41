"""A server that speaks PostgreSQL's protocol as far as its refusals: real ErrorResponses.

What German, French and Japanese servers, poolers and providers say cannot be had from a server
of our own; what the driver makes of it can.
"""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

_SSL, _GSS = 80877103, 80877104


@dataclass(frozen=True)
class Refusal:
    """What is said, in which encoding; at once, or only to the first question (``greets``)."""

    message: str
    state: str = "28P01"
    encoding: str = "utf-8"
    severity: str = "FATAL"
    greets: bool = False
    hangs_up: bool = False


@contextmanager
def refusing(refusal: Refusal) -> Iterator[str]:
    """Refuse everybody; yield the address."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_serve, args=(server, refusal), daemon=True)
        thread.start()
        port = server.getsockname()[1]
        try:
            yield f"postgresql://ada:pass-word@127.0.0.1:{port}/music?sslmode=disable"
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join(5)


def _serve(server: socket.socket, refusal: Refusal) -> None:
    while True:
        try:
            client, _ = server.accept()
        except OSError:
            return
        with client, suppress(OSError):
            client.settimeout(10)
            _meet(client, refusal)


def _meet(client: socket.socket, refusal: Refusal) -> None:
    while _read(client, has_kind=False)[:4] in (struct.pack("!i", _SSL), struct.pack("!i", _GSS)):
        client.sendall(b"N")
    if refusal.greets:
        greeting = [b"R" + _frame(struct.pack("!i", 0))]
        greeting += [
            b"S" + _frame(f"{name}\0{value}\0".encode())
            for name, value in {
                "server_version": "18.0",
                "server_encoding": "UTF8",
                "client_encoding": "UTF8",
                "standard_conforming_strings": "on",
            }.items()
        ]
        client.sendall(b"".join([*greeting, b"Z" + _frame(b"I")]))
        _read(client, has_kind=True)
    if not refusal.hangs_up:
        client.sendall(b"E" + _frame(_compose(refusal)))


def _compose(refusal: Refusal) -> bytes:
    fields = {
        b"S": refusal.severity,
        b"V": "FATAL",
        b"C": refusal.state,
        b"M": refusal.message,
    }
    return (
        b"".join(name + value.encode(refusal.encoding) + b"\0" for name, value in fields.items())
        + b"\0"
    )


def _frame(body: bytes) -> bytes:
    return struct.pack("!i", len(body) + 4) + body


def _read(client: socket.socket, *, has_kind: bool) -> bytes:
    """Read one message of the client; return its body."""
    if has_kind:
        _read_exactly(client, 1)
    (length,) = struct.unpack("!i", _read_exactly(client, 4))
    return _read_exactly(client, length - 4)


def _read_exactly(client: socket.socket, count: int) -> bytes:
    pieces = b""
    while len(pieces) < count:
        piece = client.recv(count - len(pieces))
        if not piece:
            raise ConnectionError
        pieces += piece
    return pieces
