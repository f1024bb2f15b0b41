"""The stream's server, run as the watcher runs it, in a loop of its own; and states to tell."""

from __future__ import annotations

import asyncio
import gc
import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import psutil

from everheard.config import Settings
from everheard.failure import Failure
from everheard.watcher.broadcast import Broadcast
from everheard.watcher.stream import make_app, serve
from everheard.watcher.stream_access import StreamAccess
from everheard.watcher.stream_server import PatientProtocol

Json = dict[str, Any]
TRACK = "4uLU6hMCjMI75M1A2tKUQC"
COVER = "https://i.scdn.co/image/ab67616d0000b273"


def say_moment(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def make_state(name: str = "Song", listener: str = "Ana", **more: Any) -> Json:
    """Return a state of a track that plays since a minute; ``more`` replaces fields."""
    return {
        "listener": listener,
        "kind": "track",
        "is_playing": True,
        "item": {
            "uri": f"spotify:track:{TRACK}",
            "name": name,
            "artists": ["Band", "Guest"],
            "album": "Record",
            "image_url": COVER,
            "duration_ms": 200_000,
            "url": f"https://open.spotify.com/track/{TRACK}",
        },
        "progress_ms": 60_000,
        "as_of": say_moment(datetime.now(UTC)),
        "last_played": None,
        **more,
    }


def make_idle(listener: str = "Ana", name: str = "Before") -> Json:
    """Return the state of a listener who plays nothing, and played a song half an hour ago."""
    ended_at = say_moment(datetime.now(UTC) - timedelta(minutes=30))
    last = {"item": make_state(name)["item"], "ended_at": ended_at}
    nothing = {"kind": "nothing", "is_playing": False, "item": None, "progress_ms": None}
    return make_state(listener=listener, **nothing, last_played=last)


class Streaming:
    """A stream's server, its port, and what a watcher does with it."""

    def __init__(self, settings: Settings, port: int = 0) -> None:
        self.settings, self.port = settings, port
        self._started = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run)
        self._task: asyncio.Task[None] | None = None
        self.broadcast = Broadcast()
        self.trouble: Failure | None = None

    def start(self) -> Streaming:
        self._thread.start()
        assert self._started.wait(20)
        if self.trouble:
            raise self.trouble
        return self

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def publish(self, state: Json, listener: str | None = None) -> None:
        self._loop.call_soon_threadsafe(
            self.broadcast.publish, listener or state["listener"], state
        )

    def count_connections(self) -> int:
        """Return how many are connected."""
        own = [one for one in psutil.Process().net_connections() if one.laddr]
        return sum(one.laddr.port == self.port and one.status == "ESTABLISHED" for one in own)

    def hang_up(self) -> None:
        """End every stream in the middle, as a proxy does; the server goes on."""
        done = threading.Event()

        def end() -> None:
            for one in gc.get_objects():
                if isinstance(one, PatientProtocol) and one.server == ("127.0.0.1", self.port):
                    one.transport.abort()
            done.set()

        self._loop.call_soon_threadsafe(end)
        assert done.wait(10)

    def stop(self) -> None:
        if self._thread.is_alive() and self._task:
            self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join(timeout=20)
        assert not self._thread.is_alive()

    def _run(self) -> None:
        async def work() -> None:
            app = make_app(self.broadcast, StreamAccess(self.settings))
            self._task = asyncio.current_task()
            await serve(app, "127.0.0.1", self.port, opened=self._note_port)

        try:
            self._loop.run_until_complete(work())
        except asyncio.CancelledError:
            pass
        except Failure as trouble:
            self.trouble = trouble
        finally:
            self._loop.run_until_complete(self._loop.shutdown_default_executor())
            self._loop.close()
            self._started.set()

    def _note_port(self, port: int) -> None:
        self.port = port
        self._started.set()


class Reader:
    """Reads a stream's blocks, as a program does that knows nothing of our element."""

    def __init__(self, answer: http.client.HTTPResponse) -> None:
        self._answer = answer

    def read_block(self) -> dict[str, str]:
        """Return the fields of the next block; a comment is the field ""."""
        fields: dict[str, str] = {}
        while line := self._answer.readline().decode():
            if line == "\n" and fields:
                return fields
            name, _, value = line.rstrip("\n").partition(":")
            fields[name] = value.removeprefix(" ")
        raise EOFError

    def read_state(self) -> tuple[str, Json]:
        """Return the id and the state of the next event that is one."""
        while True:
            block = self.read_block()
            if block.get("event") == "state":
                return block["id"], json.loads(block["data"])


@contextmanager
def listening(url: str, **headers: str) -> Iterator[Reader]:
    """Open a stream."""
    with closing(http.client.HTTPConnection(urlsplit(url).netloc, timeout=20)) as connection:
        connection.request("GET", "/now-playing/stream", headers=headers)
        answer = connection.getresponse()
        assert answer.status == 200
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        yield Reader(answer)
