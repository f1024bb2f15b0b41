"""The simulator over HTTP, on loopback: started in this process, or by ``python -m simulator``."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from werkzeug.serving import BaseWSGIServer, ThreadedWSGIServer, WSGIRequestHandler

from simulator.controls import make_controls
from simulator.gate import Gate
from simulator.musicbrainz import make_musicbrainz
from simulator.shapes import Shapes
from simulator.sign_in_pages import make_sign_in_pages
from simulator.web_api import make_web_api
from simulator.world import World, WorldSettings

HOST = "127.0.0.1"


class _SimulatorHandler(WSGIRequestHandler):
    """Serves without a line on each request."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


class _SimulatorServer(ThreadedWSGIServer):
    """Waits for its threads when it closes, so that no socket is left open."""

    daemon_threads = False
    request_queue_size = 128


class SimulatedServer:
    """A running simulator; ``world`` is the same world the server answers from."""

    def __init__(self, world: World, port: int = 0) -> None:
        self.world = world
        self._closing = threading.Event()
        app = Flask(__name__)
        self._http: BaseWSGIServer = _SimulatorServer(HOST, port, app, _SimulatorHandler)
        self.url = f"http://{HOST}:{self._http.server_port}"
        self.accounts_url = self.url
        self.api_url = f"{self.url}/v1"
        self.musicbrainz_url = f"{self.url}/musicbrainz"
        gate = Gate(world, Shapes(self.api_url, old=world.is_old_app), self._closing)
        app.register_blueprint(make_web_api(gate))
        app.register_blueprint(make_sign_in_pages(gate))
        app.register_blueprint(make_musicbrainz(gate))
        app.register_blueprint(make_controls(world))
        self._thread = threading.Thread(
            target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, name="simulator"
        )

    def start(self) -> None:
        """Begin to answer, in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """End every pending answer, then the server; returns when no thread is left."""
        self._closing.set()
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()

    def environ(self, *listeners: str) -> dict[str, str]:
        """Return the settings of a job that works for these listeners (all, where none named)."""
        names = listeners or tuple(self.world.listeners)
        return {
            "SPOTIFY_CLIENT_ID": self.world.accounts.client_id,
            "SPOTIFY_CLIENT_SECRET": self.world.accounts.client_secret,
            "SPOTIFY_REFRESH_TOKEN": ",".join(self.world.refresh_token(name) for name in names),
            "SPOTIFY_API_URL": self.api_url,
            "SPOTIFY_ACCOUNTS_URL": self.accounts_url,
        }


@contextmanager
def running(*, port: int = 0, **settings: Any) -> Iterator[SimulatedServer]:
    """Run a simulator for the length of a ``with``; ``settings`` are those of WorldSettings.

    Raises ValueError or TypeError for settings that make no sense.
    """
    server = SimulatedServer(World(WorldSettings(**settings)), port)
    server.start()
    try:
        yield server
    finally:
        server.stop()
