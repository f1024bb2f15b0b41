"""Weeks of polls in minutes: the real job in this process, against a simulated Spotify.

Waiting moves the simulated clock and costs nothing; everything else is real: HTTP on
loopback, PostgreSQL, files of the spool, and now and then a process that is shot.
"""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple
from unittest import mock

import psycopg2
from psycopg2.extensions import connection as Connection

import simulator
from everheard.config import PROJECT_DIR
from everheard.database import connect
from everheard.failure import ExitCode
from everheard.sources.http import Patience, Sender
from everheard.sources.spotify.answer import SPOTIFY
from jobs import get_last_50
from tests.lossless.faults import FRAIL, FrailCursor, Killed, Plight

#: Real seconds: long enough for the simulator, short enough to meet many time-outs.
PATIENCE = Patience(connect=5.0, read=1.0)
NOWHERE = "postgresql://nobody@127.0.0.1:9/nowhere"
RUNNERS = ("actions", "pi")


class Row(NamedTuple):
    """One play as ledger and ground truth both tell it; ``played_at`` as Spotify writes it."""

    played_at: str
    track_id: str
    context_uri: str | None


class Trial:
    """One world, one ledger, two runners with a spool each."""

    def __init__(
        self,
        server: simulator.SimulatedServer,
        database_url: str,
        folder: Path,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self.world = server.world
        self.database_url = database_url
        self.connection = _open(database_url)
        self.runs = 0
        self.exit_codes: list[int] = []
        self.last_words = ""
        self._server = server
        self._folder = folder
        self.environ = dict(environ or {})
        self._last_ms = self.world.clock.now_ms
        # Spotify shows what was heard before the first poll too: fifty plays of it.
        self.since_ms = {
            name: listener.window(self._last_ms)[-1].ended_ms
            for name, listener in self.world.listeners.items()
        }
        self.sign_in()

    def close(self) -> None:
        """Close the connection that looks on."""
        self.connection.close()

    def sign_in(self) -> None:
        """Put the newest refresh tokens into the settings, as a person does who is asked to."""
        self.environ |= self._server.environ()

    def wait_until(self, moment_ms: int) -> None:
        """Let simulated time pass, in the world and for what the database keeps of it."""
        with self.world.lock:
            self.world.clock.move_to(max(moment_ms, self.world.clock.now_ms))
            passed_ms = self.world.clock.now_ms - self._last_ms
            self._last_ms = self.world.clock.now_ms
        self.query(
            "update warehouse.etl_quota set blocked_until = blocked_until - %s * interval '1 ms'"
            " returning 1",
            passed_ms,
        )

    def poll(self, runner: str, plight: Plight | None = None) -> int | None:
        """Run the job once, in whatever plight; return its exit code, None where it was killed."""
        plight = plight or Plight()
        self.runs += 1
        environ = self.environ | {
            "DATABASE_URL": NOWHERE if plight.database == "away" else self.database_url,
            "EVERHEARD_RUNNER": runner,
            "SPOOL_DIR": str(self._folder / runner),
            "LISTENER_TIMEZONE": "UTC",
        }
        if plight.shot_after is not None:
            return _shoot(environ, plight.shot_after)
        with mock.patch.dict(os.environ, environ), self._hurry():
            code = _run_together(plight.copies) if plight.copies > 1 else _run(plight)
        if code is not None:
            self.exit_codes.append(code)
        if code == ExitCode.SIGN_IN_NEEDED:
            self.sign_in()
        return code

    def settle(self) -> None:
        """Poll with both runners in good weather until nothing is left to do."""
        self.world.moods.clear()
        self.query("delete from warehouse.etl_quota returning 1")
        for runner in RUNNERS * 2:
            code = self.poll(runner)
            if code == ExitCode.SIGN_IN_NEEDED:
                code = self.poll(runner)
            assert code == 0, self.last_words

    def read_ledger(self, listener: str) -> list[Row]:
        """Return a listener's plays in the order of time."""
        rows = self.query(
            """
            select
                to_char(play.played_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
                coalesce(track.track_id, ''),
                context.context_uri
            from warehouse.fact_play as play
            inner join warehouse.dim_listener using (listener_key)
            inner join warehouse.dim_track as track using (track_key)
            inner join warehouse.dim_context as context using (context_key)
            where account_id = %s
            order by 1, 2
            """,
            self.world.listeners[listener].account_id,
        )
        return [Row(*row) for row in rows]

    def read_heard(self, listener: str) -> list[Row]:
        """Return the ground truth, from the oldest play of the first page on."""
        return [
            Row(row.played_at, row.track_id, row.context_uri)
            for row in self.world.heard(listener, self.since_ms[listener])
        ]

    def read_gaps(self, listener: str) -> list[tuple[int, int]]:
        """Return the recorded gaps (start, end) in milliseconds since 1970, oldest first."""
        rows = self.query(
            """
            select
                round(extract(epoch from gap_start) * 1000)::bigint,
                round(extract(epoch from gap_end) * 1000)::bigint
            from warehouse.etl_gap
            inner join warehouse.dim_listener using (listener_key)
            where account_id = %s
            order by 1
            """,
            self.world.listeners[listener].account_id,
        )
        return [(start, end) for start, end in rows]

    def count_spooled(self) -> int:
        """Return how many files wait in the spools of both runners."""
        return sum(1 for _ in self._folder.glob("*/get_last_50-*.encrypted"))

    def execute(self, statement: str) -> None:
        """Run a statement beside the job that returns nothing."""
        with self.connection.cursor() as cursor:
            cursor.execute(statement)

    def query(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Run a statement beside the job; return its rows."""
        with self.connection.cursor() as cursor:
            cursor.execute(statement, parameters or None)
            return cursor.fetchall()

    @contextlib.contextmanager
    def _hurry(self) -> Iterator[None]:
        """Let the job wait in simulated time only, and meet the cursor that can break."""
        said = io.StringIO()

        def sleep(seconds: float) -> None:
            with self.world.lock:
                self.world.clock.advance(seconds)

        def make_sender(_: object) -> Sender:
            return Sender(
                SPOTIFY, PATIENCE, sleep=sleep, clock=lambda: self.world.clock.now_ms / 1000
            )

        with (
            mock.patch.object(get_last_50, "Sender", make_sender),
            mock.patch.object(connect, "time", SimpleNamespace(sleep=sleep)),
            mock.patch.object(psycopg2, "connect", _connect_frail),
            contextlib.redirect_stdout(said),
        ):
            yield
        self.last_words = said.getvalue()


_connect = psycopg2.connect


def _open(url: str) -> Connection:
    connection = _connect(url)
    connection.autocommit = True
    return connection


def _connect_frail(*arguments: Any, **options: Any) -> Connection:
    connection: Connection = _connect(*arguments, **options, cursor_factory=FrailCursor)
    return connection


def _run(plight: Plight) -> int | None:
    FRAIL.arm(plight.blow)
    try:
        return get_last_50.main([])
    except Killed:
        return None
    finally:
        FRAIL.arm(None)


def _run_together(count: int) -> int:
    """Run the job several times at once; return the worst exit code."""
    codes: list[int] = []
    threads = [
        threading.Thread(target=lambda: codes.append(get_last_50.main([]))) for _ in range(count)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(codes) == count, "a runner beside another one broke off"
    return max(codes)


def _shoot(environ: Mapping[str, str], seconds: float) -> int | None:
    """Run the job as a process and kill it with -9 after real ``seconds``, if it still runs."""
    with subprocess.Popen(
        [sys.executable, "-m", "jobs.get_last_50"],
        cwd=PROJECT_DIR,
        env={**os.environ, **environ},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        time.sleep(seconds)
        process.kill()
    return None
