"""A database far away: a way to it that takes time, and counts how often it is taken."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from urllib.parse import urlsplit, urlunsplit

from psycopg2.extensions import parse_dsn


class Distance:
    """A TCP proxy on loopback before a server.

    A round trip begins where the client speaks after the server did, and takes
    ``seconds``; what the client says further without waiting is on the same trip.
    """

    def __init__(self, url: str, seconds: float) -> None:
        self._target = parse_dsn(url)
        self._seconds = seconds
        self.round_trip_count = 0
        self._open: list[socket.socket] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        parts = urlsplit(url)
        port = self._listening.getsockname()[1]
        place = f"{parts.username}:{parts.password}@127.0.0.1:{port}"
        self.url = urlunsplit(parts._replace(netloc=place, query=""))
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def close(self) -> None:
        """Cut all that is open."""
        for one in [self._listening, *self._open]:
            _cut(one)
        for thread in self._threads:
            thread.join(timeout=10)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:  # closed
                return
            self._carry(client, self._dial())

    def _dial(self) -> socket.socket:
        host, port = self._target.get("host", "localhost"), self._target.get("port", "5432")
        if not host.startswith("/"):
            return socket.create_connection((host, int(port)))
        server = socket.socket(socket.AF_UNIX)
        server.connect(f"{host}/.s.PGSQL.{port}")
        return server

    def _carry(self, client: socket.socket, server: socket.socket) -> None:
        self._open += [client, server]
        heard = threading.Event()  # the server has spoken since the client last did
        heard.set()
        for source, sink, is_client in ((client, server, True), (server, client, False)):
            words = threading.Thread(target=self._pass_on, args=(source, sink, heard, is_client))
            self._threads.append(words)
            words.start()

    def _pass_on(
        self, source: socket.socket, sink: socket.socket, heard: threading.Event, is_client: bool
    ) -> None:
        with suppress(OSError):  # one side has gone; the other is told below
            while said := source.recv(1 << 16):
                if not is_client:
                    heard.set()
                elif heard.is_set():
                    heard.clear()
                    self.round_trip_count += 1
                    time.sleep(self._seconds)
                sink.sendall(said)
        _cut(sink)


def _cut(one: socket.socket) -> None:
    with suppress(OSError):  # it has gone by itself
        one.shutdown(socket.SHUT_RDWR)
    one.close()


@contextmanager
def keep_distance(url: str, seconds: float) -> Iterator[Distance]:
    """Lend a way to a database on which a round trip takes so many seconds."""
    with closing(Distance(url, seconds)) as between:
        yield between
