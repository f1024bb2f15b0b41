"""import_history as a machine runs it: a process, a home of its own, a real database."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg2
from psycopg2.extensions import cursor as Cursor

from everheard.config import PROJECT_DIR
from tests.everheard.ledger.ledger import add_listener
from tests.everheard.pages import Json
from tests.jobs.import_history.contents import Contents, read_contents


@dataclass
class Importer:
    """One machine and the ledger it imports into."""

    database_url: str = field(repr=False)
    home: Path

    def start(self, *words: object, **changes: str) -> subprocess.Popen[str]:
        """Start an import as a process of its own; ``changes`` replace settings."""
        settings = {"DATABASE_URL": self.database_url, "EVERHEARD_HOME": str(self.home)}
        return subprocess.Popen(
            [sys.executable, "-m", "jobs.import_history", *map(str, words)],
            cwd=PROJECT_DIR,
            env={**os.environ, **settings, **changes},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *words: object, **changes: str) -> str:
        """Import and wait for the end; return the last line."""
        return finish(self.start(*words, **changes))

    def poll(self, *pages: list[Json]) -> None:
        """Load pages of recently-played for a new listener."""
        with closing(psycopg2.connect(self.database_url)) as connection:
            connection.autocommit = True
            ledger = add_listener(connection)
            for page in pages:
                ledger.poll(*page)

    def read(self, query: str) -> list[tuple[Any, ...]]:
        with self._ask(query) as cursor:
            return cursor.fetchall()

    def execute(self, statement: str) -> None:
        with self._ask(statement):
            pass

    @contextmanager
    def _ask(self, statement: str) -> Iterator[Cursor]:
        with (
            closing(psycopg2.connect(self.database_url)) as connection,
            connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
            yield cursor

    def contents(self) -> Contents:
        """Return what the ledger holds, by natural keys."""
        return read_contents(self.database_url)


def finish(process: subprocess.Popen[str]) -> str:
    """Wait for an import that has to end well; return its last line."""
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 0, said
    return said.splitlines()[-1]


def read_figures(last_line: str) -> dict[str, int]:
    """Return the figures of a last line by name."""
    told = last_line.partition(": ")[2].split(", ")
    return {name: int(figure) for name, _, figure in (part.rpartition(" ") for part in told)}
