"""The two ends of a move: found by the names of settings, opened, and told apart."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from psycopg2.extensions import connection as Connection

from everheard import SCHEMA_VERSION
from everheard.addresses import find_address_faults
from everheard.config import Settings, read_settings, read_value
from everheard.database.connect import connect, refuse_unfinished, translate_errors
from everheard.database.statements import read_query
from everheard.failure import ConfigurationError, Failure, SchemaMismatch
from everheard.rims.secrets import know_address
from migrate.upgrade import to_direct_url

#: In the place of a setting's name: the database that comes with the program.
EMBEDDED = "embedded"
#: Whatever the provider says of long transactions, and of time zones: this one may take an hour.
_PATIENTLY = """
    set local statement_timeout = 0;
    set local idle_in_transaction_session_timeout = 0;
    set local lock_timeout = '60s';
    set local timezone = 'UTC';
"""


class End(NamedTuple):
    """A database, by the name of the setting that leads there."""

    name: str
    settings: Settings


class Holdings(NamedTuple):
    """What stands in a database; version None: no ledger."""

    identity: str
    mark: str
    snapshot_at: datetime
    version: int | None = None
    oldest_code: int = 0
    listener_count: int = 0
    began_at: str | None = None
    play_count: int = 0


def find_end(name: str) -> End:
    """Return the database whose address the setting ``name`` holds. Raises ConfigurationError."""
    settings = read_settings(needs_spotify=False)
    if name == EMBEDDED:
        return End(name, replace(settings, database_url=""))
    if not re.fullmatch("[A-Za-z_][A-Za-z0-9_]*", name):
        know_address(name)
        raise ConfigurationError(
            [
                "Give the name of a setting, not an address: every process on this machine can"
                " read an argument. Put the address into .env, as"
                " NEW_DATABASE_URL='postgresql://...', and say NEW_DATABASE_URL here"
            ]
        )
    url = read_value(name, settings.env_file)
    know_address(url)
    if not url:
        raise ConfigurationError(
            [
                f"{name} is not set: put {name}='postgresql://...' into"
                f" {settings.env_file.name} ({EMBEDDED} is the database that comes with Everheard)"
            ]
        )
    if faults := find_address_faults(url, name):
        raise ConfigurationError(faults)
    return End(name, replace(settings, database_url=to_direct_url(url)))


@contextmanager
def open_end(end: End) -> Iterator[Connection]:
    """Connect to one end."""
    with naming(end):
        connection = connect(end.settings, application="everheard move")
    with closing(connection):
        yield connection


@contextmanager
def naming(end: End) -> Iterator[None]:
    """Have what fails say at which end, by the name of its setting."""
    try:
        with translate_errors():
            yield
    except Failure as failure:
        said = re.sub(r"\bDATABASE_URL\b", end.name, str(failure))
        if not said.startswith(end.name):
            said = f"{end.name}: {said}"
        failure.args = (said,)
        raise


@contextmanager
def hold_snapshot(connection: Connection) -> Iterator[None]:
    """See the database as it is now, and change nothing in it, until the end of this."""
    with connection.cursor() as cursor:
        cursor.execute("begin isolation level repeatable read read only;" + _PATIENTLY)
        try:
            yield
        finally:
            if not connection.closed:
                cursor.execute("rollback")


@contextmanager
def hold_changes(connection: Connection) -> Iterator[None]:
    """Keep all that is changed until the end of this, or nothing of it."""
    with connection.cursor() as cursor:
        cursor.execute("begin;" + _PATIENTLY)
        try:
            yield
            cursor.execute("commit")
        except BaseException:
            if not connection.closed:
                cursor.execute("rollback")
            raise


def read_holdings(end: End, connection: Connection) -> Holdings:
    """Return what stands in a database."""
    with naming(end), connection.cursor() as cursor:
        cursor.execute(read_query("move/ledger"))
        holds_ledger, identity, mark, snapshot_at = cursor.fetchone() or (False, "", None, None)
        found = Holdings(str(identity), mark or "", snapshot_at)
        if not holds_ledger:
            return found
        cursor.execute(read_query("move/holdings"))
        return found._replace(
            **dict(
                zip(
                    ("version", "oldest_code", "listener_count", "began_at", "play_count"),
                    cursor.fetchone() or (None, 0, 0, None, 0),
                    strict=True,
                )
            )
        )


def check_source(end: End, holdings: Holdings) -> None:
    """Raise SchemaMismatch unless the ledger there is one that this code knows."""
    if holdings.version is None:
        raise SchemaMismatch(f"{end.name} leads to a database without a ledger: nothing to move.")
    with naming(end):
        refuse_unfinished(holdings.version)
    if holdings.version < SCHEMA_VERSION:
        raise SchemaMismatch(
            f"{end.name} holds a ledger of version {holdings.version}, and a move takes version"
            f" {SCHEMA_VERSION}: run `python start.py migrate upgrade` with that address as"
            " DATABASE_URL first. A move itself changes nothing there."
        )
    if holdings.version > SCHEMA_VERSION:
        raise SchemaMismatch(
            f"{end.name} holds a ledger of version {holdings.version}, this code knows"
            f" {SCHEMA_VERSION}: update this copy with `git pull`."
        )


def fingerprint(holdings: Holdings) -> str:
    """Return what tells a ledger from others, by whatever address, and says nothing of it.

    A server's start is part of ``identity`` and no part of this: a free one starts each hour.
    """
    place = (holdings.identity.partition("/")[2], holdings.began_at)
    return hashlib.sha256(repr(place).encode()).hexdigest()[:16]
