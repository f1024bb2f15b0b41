"""Open somebody's database, find the table that holds plays, and read it; nothing is written."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from typing import Any, Protocol

import psycopg2

from everheard.failure import ExitCode, Failure
from everheard.sources.older.columns import Meaning, recognise
from everheard.sources.older.rows import OlderPlay, to_item_play, to_older_play

_FETCHED = 2000
_WAIT_S = 15


class NoPlays(Failure):
    """Nothing that was found there is a table of plays, or it cannot be opened."""

    exit_code = ExitCode.BAD_INPUT


class OlderDatabase(Protocol):
    """Tables with their columns, and the rows of one."""

    kind: str

    def list_tables(self) -> dict[str, list[str]]:
        """Return table -> columns."""

    def read(self, table: str) -> Iterator[Mapping[str, Any]]:
        """Yield the rows of a table."""


@dataclass(frozen=True)
class OlderLedger:
    """The table that holds plays, and what its columns mean (None: items of recently-played)."""

    database: OlderDatabase
    table: str
    meaning: Meaning | None

    def read_plays(self, zone: tzinfo) -> Iterator[OlderPlay | None]:
        """Yield each row's play, None for a row that is none."""
        for row in self.database.read(self.table):
            if self.meaning is None:
                yield to_item_play(row, zone)
            else:
                yield to_older_play(row, self.meaning, zone)


def find_ledger(database: OlderDatabase, wanted: str = "") -> OlderLedger:
    """Return the table of plays; raise NoPlays where there is none, or more than one."""
    tables = database.list_tables()
    found = [
        OlderLedger(database, table, None if {"played_at", "track"} <= {*columns} and
                    database.kind == "MongoDB" else meaning)
        for table, columns in tables.items()
        if (meaning := recognise(columns)) and wanted in {"", table}
    ]  # fmt: skip
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(one.table for one in found)
        raise NoPlays(f"Several tables could hold plays: say --table with one of {names}.")
    names = ", ".join(sorted(tables)) or "none"
    raise NoPlays(
        f"No table there tells when something was played and what (found: {names}). A column like"
        " played_at and one like track_name are needed."
    )


class SqliteLedger:
    """A file of SQLite."""

    kind = "SQLite"

    def __init__(self, path: Path) -> None:
        self._address = f"{path.absolute().as_uri()}?mode=ro"

    def list_tables(self) -> dict[str, list[str]]:
        """Return table -> columns."""
        try:
            with closing(sqlite3.connect(self._address, uri=True)) as file:
                names = file.execute(
                    "select name from sqlite_master where type in ('table', 'view')"
                )
                return {
                    name: [row[1] for row in file.execute(f"pragma table_info({_quote(name)})")]
                    for (name,) in names.fetchall()
                }
        except sqlite3.DatabaseError as error:
            raise NoPlays(f"The file cannot be read as SQLite: {error}.") from None

    def read(self, table: str) -> Iterator[Mapping[str, Any]]:
        """Yield the rows of a table."""
        with closing(sqlite3.connect(self._address, uri=True)) as file:
            file.row_factory = sqlite3.Row
            for row in file.execute(f"select * from {_quote(table)}"):  # noqa: S608 - its own name
                yield dict(row)


class PostgresLedger:
    """A database of PostgreSQL."""

    kind = "PostgreSQL"

    def __init__(self, url: str) -> None:
        self._url = url

    def list_tables(self) -> dict[str, list[str]]:
        """Return table -> columns, of all schemas but the system's and ours."""
        with closing(self._connect()) as connection, connection.cursor() as cursor:
            cursor.execute(
                "select format('%I.%I', table_schema, table_name), array_agg(column_name::text"
                " order by ordinal_position) from information_schema.columns"
                " where table_schema not in"
                " ('pg_catalog', 'information_schema', 'warehouse', 'bi', 'part') group by 1"
            )
            return dict(cursor.fetchall())

    def read(self, table: str) -> Iterator[Mapping[str, Any]]:
        """Yield the rows of a table, a few at a time."""
        with closing(self._connect()) as connection, connection.cursor("plays") as cursor:
            cursor.itersize = _FETCHED
            cursor.execute(f"select * from {table}")  # noqa: S608 - quoted by its database
            for row in cursor:
                yield dict(zip([column.name for column in cursor.description], row, strict=True))

    def _connect(self) -> Any:
        try:
            connection = psycopg2.connect(self._url, connect_timeout=_WAIT_S)
        except psycopg2.Error:
            raise NoPlays(
                "The old database cannot be opened: are host, user and password right, and is it"
                " running?"
            ) from None
        connection.set_session(readonly=True)
        return connection


class MongoLedger:
    """A database of MongoDB."""

    kind = "MongoDB"

    def __init__(self, url: str) -> None:
        self._url = url

    def list_tables(self) -> dict[str, list[str]]:
        """Return collection -> fields of one of its documents."""
        with self._open() as client:
            database = self._find(client)
            return {
                name: list(database[name].find_one() or ())
                for name in database.list_collection_names()
            }

    def read(self, table: str) -> Iterator[Mapping[str, Any]]:
        """Yield the documents of a collection."""
        with self._open() as client:
            yield from self._find(client)[table].find()

    def _open(self) -> Any:
        import pymongo

        return pymongo.MongoClient(self._url, serverSelectionTimeoutMS=_WAIT_S * 1000)

    def _find(self, client: Any) -> Any:
        database = client.get_default_database(None)
        if database is None:
            raise NoPlays("The address names no database: it ends with /NAME.")
        return database


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
