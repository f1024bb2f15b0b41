"""Open the ledger, and say in one sentence why it would not open."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2
from psycopg2.extensions import connection as Connection

from everheard import SCHEMA_VERSION
from everheard.config import Settings
from everheard.failure import (
    ConfigurationError,
    DatabaseTrouble,
    Failure,
    SchemaMismatch,
    UnknownZone,
)

CONNECT_TIMEOUT_S = 15
_ATTEMPTS = 3


def find_database_url(settings: Settings) -> str:
    """Return DATABASE_URL as libpq takes it, or the embedded server's, starting that first."""
    if settings.database_url:
        return "postgresql://" + settings.database_url.split("://", 1)[1]
    from everheard.database import embedded  # only where no database was named

    return embedded.start(settings.home).url


def connect(settings: Settings, *, application: str) -> Connection:
    """Connect in autocommit mode; transient refusals are tried again, wrong passwords are not.

    The embedded database has its tables then.
    Nothing is set on the session: through a pooler in transaction mode it would
    leak to other clients.
    """
    url = find_database_url(settings)
    with translate_errors():
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                connection = psycopg2.connect(
                    url, connect_timeout=CONNECT_TIMEOUT_S, application_name=application
                )
            except psycopg2.OperationalError as error:
                if attempt == _ATTEMPTS or _is_final(error):
                    raise
                time.sleep(random.uniform(0.2, 1.0) * attempt)  # noqa: S311 (jitter)
            else:
                check_encoding(connection)
                connection.autocommit = True
                _settle_tables(connection, settings)
                return connection
    raise AssertionError("unreachable")


def _settle_tables(connection: Connection, settings: Settings) -> None:
    if not settings.database_url:
        from everheard.database.own_tables import settle_tables  # as above

        settle_tables(connection, settings)


def check_encoding(connection: Connection) -> None:
    """Raise ConfigurationError unless the database can hold every song's name. No round trip."""
    encoding = connection.info.parameter_status("server_encoding")
    if encoding not in (None, "UTF8"):
        raise ConfigurationError(
            [
                f"The database of DATABASE_URL holds text as {encoding}, which not every song's"
                " name fits into: make one with `create database everheard encoding 'UTF8'"
                " template template0` and name that"
            ]
        )


def check_schema(version: int | None, oldest_code: int | None) -> None:
    """Raise SchemaMismatch unless this code may write to tables of that version."""
    if version is None or oldest_code is None:
        raise SchemaMismatch(
            "The database holds no ledger yet: run `python start.py migrate upgrade`."
        )
    if version < SCHEMA_VERSION:
        raise SchemaMismatch(
            f"The ledger's tables are at version {version}, this code needs {SCHEMA_VERSION}:"
            " run `python start.py migrate upgrade`."
        )
    if oldest_code > SCHEMA_VERSION:
        raise SchemaMismatch(
            f"The ledger was upgraded elsewhere and needs code of version {oldest_code} or later"
            f" (this is {SCHEMA_VERSION}): update this copy with `git pull`."
        )


@contextmanager
def translate_errors() -> Iterator[None]:
    """Turn psycopg2's (and SQLAlchemy's) errors into sentences without data or secrets."""
    try:
        yield
    except psycopg2.Error as error:
        raise explain(error) from None
    except Exception as error:
        original = getattr(error, "orig", None)  # SQLAlchemy wraps the driver's error
        if not isinstance(original, psycopg2.Error):
            raise
        raise explain(original) from None


def explain(error: psycopg2.Error) -> Failure:
    """Return the failure for a driver's error.

    Only SQLSTATE, constraint and the first line are told: DETAIL holds listening
    rows, and logs may be public.
    """
    code = error.pgcode or ""
    if code in {"42P01", "3F000", "42703"}:
        return SchemaMismatch(
            f"The database does not hold the ledger's tables as this code knows them"
            f" ({_first_line(error)}): run `python start.py migrate upgrade`."
        )
    if code == "22023" and "zone" in (error.diag.source_function or _first_line(error)).lower():
        return UnknownZone(
            f"The database does not know a listener's time zone ({_first_line(error)}):"
            " `python start.py listener` shows whose, and with --timezone ZONE it changes it."
        )
    if code:
        return DatabaseTrouble(_explain_state(error, code))
    return DatabaseTrouble(_explain_connection(str(error)))


_CURES_BY_STATE = {
    "28P01": "it refuses the user or password of DATABASE_URL",
    "28000": "it refuses the user of DATABASE_URL",
    "3D000": "there is no database of the name in DATABASE_URL",
    "42501": "the user of DATABASE_URL lacks the right to do this",
    "53100": "it is full: free room, or raise the limit with its provider",
    "53200": "it is out of memory",
    "53300": "it has no connection left: use the pooled address",
    "25006": "it is read-only just now",
    "55P03": "another runner held the lock for too long: the next run brings this in",
    "57014": "a statement took longer than the database allows",
    "57P01": "it was shut down in the middle",
    "57P03": "it is starting up or shutting down",
}


def _explain_state(error: psycopg2.Error, code: str) -> str:
    first_line = _first_line(error)
    if "project size limit" in first_line:  # Neon's own wording for a full free tier
        code = "53100"
    cure = _CURES_BY_STATE.get(code)
    if cure:
        return f"The database said no (SQLSTATE {code}): {cure}."
    constraint = error.diag.constraint_name
    place = f", constraint {constraint}" if constraint else ""
    return f"The database said no (SQLSTATE {code}{place}): {first_line}"


def _first_line(error: psycopg2.Error) -> str:
    return (error.diag.message_primary or "").split("\n")[0]


_CURES_BY_WORDS = {
    "password authentication failed": "it refuses the user or password of DATABASE_URL",
    "no password supplied": "it wants a password and DATABASE_URL has none",
    "could not translate host name": "the host in DATABASE_URL is not known: check its spelling",
    "does not support ssl": "it refuses TLS: set sslmode in DATABASE_URL to what it offers",
    "no pg_hba.conf entry": "it refuses this user, database or address, or wants sslmode=require",
    # Said of a connection that had been good, SSL in the same words: nothing is set wrong.
    "closed unexpectedly": "the connection was cut",
    "eof detected": "the connection was cut",
    "ssl": "the TLS connection failed: check sslmode and sslrootcert in DATABASE_URL",
    "connection refused": "nothing answers at that host and port: see that it runs",
    "timeout expired": "it did not answer in time",
    "size limit": "it is full: free room, or raise the limit with its provider",
    "starting up": "it is starting up",
    "too many connections": "it has no connection left: use the pooled address",
    "invalid uri query parameter": "DATABASE_URL carries an option that libpq does not know",
    "invalid dsn": "DATABASE_URL cannot be read: special characters need %-encoding",
    "invalid connection option": "DATABASE_URL carries an option that libpq does not know",
    "no such file or directory": "its socket is not there: see that it runs",
}


def _explain_connection(text: str) -> str:
    folded = text.lower()
    # A refused password may be told in several lines, the TLS attempt first: look in order.
    for words, cure in _CURES_BY_WORDS.items():
        if words in folded:
            return f"The database cannot be reached: {cure}."
    if "does not exist" in folded:
        return "The database cannot be reached: the database or user in DATABASE_URL is not there."
    return "The database cannot be reached: the connection failed or was cut."


def _is_final(error: Any) -> bool:
    """Tell refusals that a second attempt cannot change from those it can."""
    folded = str(error).lower()
    if "closed unexpectedly" in folded:
        return False
    lasting = ("password", "no pg_hba", "does not exist", "invalid", "translate host", "ssl")
    return any(word in folded for word in lasting)
