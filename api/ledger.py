"""The API's way to the ledger: a pool of connections, and the statements of sql/read/api."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from threading import Lock
from typing import Any

import sqlalchemy
from flask import current_app
from psycopg2.extensions import connection as Connection

from everheard.config import Settings
from everheard.database.connect import connect, find_database_url, translate_errors
from everheard.database.statements import read_query


class LedgerReader:
    """Reads with statements by name; every failure comes out as a Failure without data."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._lock = Lock()
        self._opened: sqlalchemy.Engine | None = None

    @property
    def _engine(self) -> sqlalchemy.Engine:
        """Return the pool, made at the first request: a database that is away must not stop us."""
        with self._lock:
            if self._opened is None:
                with closing(connect(self.settings, application="everheard api")):
                    url = find_database_url(self.settings)
                self._opened = sqlalchemy.create_engine(
                    "postgresql+psycopg2://" + url.split("://", 1)[1],
                    isolation_level="AUTOCOMMIT",  # one round trip a statement
                    pool_size=8,
                    max_overflow=8,
                    pool_recycle=240,  # Neon cuts what idles for five minutes
                    connect_args={"connect_timeout": 15, "application_name": "everheard api"},
                )
            return self._opened

    def read(self, statement: str, **parameters: Any) -> list[dict[str, Any]]:
        """Return the rows of ``sql/read/api/STATEMENT.sql``; raise DatabaseTrouble."""
        with translate_errors():
            try:
                return self._read(statement, parameters)
            except sqlalchemy.exc.DBAPIError as error:
                # The server was restarted or slept: the pool is empty now, and reading is safe.
                if not error.connection_invalidated:
                    raise
                return self._read(statement, parameters)

    def _read(self, statement: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
        with self._engine.connect() as connection:
            rows = connection.exec_driver_sql(read_query(f"api/{statement}"), parameters)
            return [dict(row) for row in rows.mappings()]

    @contextmanager
    def lend_connection(self) -> Iterator[Connection]:
        """Lend a connection in autocommit mode to what writes (everheard.ledger)."""
        with translate_errors(), self._engine.connect() as connection:
            driver = connection.connection.driver_connection
            assert isinstance(driver, Connection)  # noqa: S101 (the URL names psycopg2)
            yield driver

    def close(self) -> None:
        """Close every connection of the pool."""
        with self._lock:
            if self._opened is not None:
                self._opened.dispose()
                self._opened = None


def get_ledger() -> LedgerReader:
    """Return the ledger of the app that answers this request."""
    ledger = current_app.extensions["ledger"]
    assert isinstance(ledger, LedgerReader)  # noqa: S101 (create_app put it there)
    return ledger
