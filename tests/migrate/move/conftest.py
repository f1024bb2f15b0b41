"""A ledger of polls, a history, ratings and a gap, and an empty database to move it to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import pytest

from benchmarks.history_data import write_history
from migrate.move.copy import CopiedTable
from migrate.move.ends import End
from tests.everheard.ledger.ledger import Ledger
from tests.everheard.pages import make_full_answer, make_item, make_track
from tests.jobs.import_history.importing import Importer
from tests.migrate.databases import make_settings, read_rows
from tests.postgres import Server

RATED = """
    insert into warehouse.fact_album_rating (
        listener_key, album_key, rating, is_dated, rating_source
    )
    select 1, album_key, 87, false, 'command' from warehouse.dim_album
    where album_key > 0 order by album_key limit 3
"""


class Told:
    """Whom a move tells, and what was told; ``at_end`` may do something in between."""

    def __init__(self, at_end: Callable[[str], None] = lambda _: None) -> None:
        self.byte_count = 0
        self.tables: dict[str, int | None] = {}
        self._at_end = at_end

    def expect(self, byte_count: int) -> None:
        pass

    def pass_on(self, byte_count: int) -> None:
        self.byte_count += byte_count

    def end(self, copied: CopiedTable) -> None:
        self.tables[copied.name] = copied.row_count
        self._at_end(copied.name)


def make_end(name: str, url: str) -> End:
    return End(name, make_settings(url))


def fill(url: str, folder: Path, row_count: int = 3000) -> None:
    """Fill a ledger as jobs do: a poll with a gap behind it, a history, ratings."""
    importer = Importer(url, folder / "home")
    importer.poll(*(make_full_answer(first)["items"] for first in (0, 1_000)))
    write_history(folder / "history", row_count)
    importer.run(folder / "history", "--anyway")
    read_rows(url, RATED)


def poll_more(url: str, seconds: float, name: str) -> None:
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        Ledger(connection, 1).poll(make_item(seconds, make_track(name)))


@pytest.fixture(scope="session")
def filled_database(
    postgres_server: Server, template_database: str, scratch: Path
) -> Iterator[str]:
    """Fill a ledger once; return its name, from which each test gets a copy."""
    with postgres_server.lend_database(template_database) as url:
        fill(url, scratch / "moved")
        yield urlsplit(url).path.strip("/")


@pytest.fixture
def old_url(postgres_server: Server, filled_database: str) -> Iterator[str]:
    with postgres_server.lend_database(filled_database) as url:
        yield url


@pytest.fixture
def old(old_url: str) -> End:
    return make_end("OLD_URL", old_url)


@pytest.fixture
def new(empty_database_url: str) -> End:
    return make_end("NEW_URL", empty_database_url)
