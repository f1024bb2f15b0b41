"""get_last_50 as a runner starts it, against a simulated Spotify and a real database."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import psycopg2
import pytest
from psycopg2.extensions import connection as Connection

from everheard.config import PROJECT_DIR
from jobs import get_last_50
from simulator import SimulatedServer
from simulator.clock import to_iso
from tests.everheard.ledger.ledger import read_tables

Plays = set[tuple[str, str]]


class Outcome(NamedTuple):
    """What one run left behind for whoever started it."""

    code: int
    out: str
    err: str

    @property
    def last_line(self) -> str:
        return self.out.rstrip("\n").rpartition("\n")[2]


@dataclass
class Runner:
    """One machine that runs the job: its settings, its spool, its database."""

    spotify: SimulatedServer
    folder: Path
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]
    database_url: str = field(repr=False)

    def environ(self) -> dict[str, str]:
        return {
            **self.spotify.environ(),
            "DATABASE_URL": self.database_url,
            "EVERHEARD_HOME": str(self.folder),
            "SPOOL_DIR": str(self.folder / "spool"),
            "EVERHEARD_RUNNER": "test",
        }

    def run(self, *argv: str, **changes: str) -> Outcome:
        """Run the job in this process; ``changes`` replace settings."""
        for name, value in {**self.environ(), **changes}.items():
            self.monkeypatch.setenv(name, value)
        code = get_last_50.main(list(argv))
        for name in changes:
            self.monkeypatch.setenv(name, "")
        out, err = self.capsys.readouterr()
        return Outcome(code, out, err)

    def start(self, **changes: str) -> subprocess.Popen[str]:
        """Start the job as a process of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "jobs.get_last_50"],
            cwd=PROJECT_DIR,
            env={**os.environ, **self.environ(), **changes},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def advance(self, **duration: float) -> None:
        """Let simulated time pass."""
        self.spotify.world.clock.advance(**duration)

    def add_mood(self, kind: str, endpoint: str = "*", **particulars: Any) -> None:
        """Switch a mood of Spotify's on."""
        self.spotify.world.add_mood(kind, endpoint, **particulars)

    def window(self, listener: str | None = None) -> Plays:
        """Return the plays that Spotify shows now."""
        world = self.spotify.world
        shown = world.listener(listener).window(world.clock.now_ms)
        return {(to_iso(play.ended_ms), f"spotify:track:{play.item.id}") for play in shown}

    def plays(self, listener: str | None = None) -> Plays:
        """Return the plays of a listener (the first where none is named) in the ledger."""
        rows = self.read(
            "select to_char(played_at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"'),"
            " track_uri from warehouse.fact_play join warehouse.dim_track using (track_key)"
            " join warehouse.dim_listener using (listener_key) where account_id = "
            f"'{self.spotify.world.listener(listener).account_id}'"
        )
        assert len(rows) == len(set(rows))
        return {(moment, uri) for moment, uri in rows}

    @contextmanager
    def connected(self) -> Iterator[Connection]:
        with closing(psycopg2.connect(self.database_url)) as connection:
            connection.autocommit = True
            yield connection

    def read(self, query: str) -> list[tuple[Any, ...]]:
        with self.connected() as connection, connection.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchall()

    def execute(self, statement: str) -> None:
        with self.connected() as connection, connection.cursor() as cursor:
            cursor.execute(statement)

    def tables(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return everything in the database."""
        with self.connected() as connection:
            return read_tables(connection)

    def refuse(self, table: str, state: str, words: str = "no") -> None:
        """Let the server refuse every insert into a table with an error of this SQLSTATE."""
        self.act_on(table, f"raise '{words}' using errcode = '{state}'")

    def act_on(self, table: str, action: str) -> None:
        """Let the server do something before every insert into a table."""
        self.execute(
            "create or replace function public.act() returns trigger language plpgsql as"
            f" $$begin {action}; return null; end$$;"
            f"create trigger act before insert on warehouse.{table}"
            " for each statement execute function public.act()"
        )

    def relent(self) -> None:
        """Take back what ``refuse`` and ``act_on`` did."""
        self.execute("drop function public.act() cascade")

    def spool(self, kind: str = "get_last_50") -> list[Path]:
        """Return the spooled files of a kind."""
        return sorted((self.folder / "spool").glob(f"{kind}-*"))

    def calls(self) -> list[str]:
        """Return the endpoints called since the last time this was asked."""
        endpoints = [call.endpoint for call in self.spotify.world.calls.log]
        self.spotify.world.calls.reset()
        return endpoints
