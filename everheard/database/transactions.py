"""Transactions that are whole or nothing, and go again where Postgres gave one up."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import psycopg2
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from everheard.database.connect import translate_errors
from everheard.database.statements import send

_ATTEMPTS = 3
_SERIALIZATION_FAILURE, _DEADLOCK = "40001", "40P01"
_Result = TypeVar("_Result")
#: A rollback does not give back the keys that were drawn: after three dry runs the first listener
#: would be "Listener 4". A sequence that was altered in the transaction, be it to what it was, is
#: a copy that goes with it. Whoever draws from it meanwhile waits, as for the lock on a listener.
#: A user whose tables are somebody else's may not do this, and uses up keys as before.
_LEND_SEQUENCES = b"""
set local lock_timeout = '60s';
do $$
declare
    one record;
begin
    for one in
        select sequencename from pg_catalog.pg_sequences
        where schemaname = 'warehouse' order by sequencename
    loop
        execute pg_catalog.format('alter sequence warehouse.%I increment by 1', one.sequencename);
    end loop;
exception when insufficient_privilege then
    null;
end
$$;
"""


@contextmanager
def open_transaction(
    connection: Connection, first: bytes, *, dry_run: bool = False
) -> Iterator[Cursor]:
    """Begin a transaction together with its first statement; commit, or roll back.

    With ``dry_run`` everything is tried and nothing kept, of the sequences neither. The
    connection is in autocommit mode, so that ``begin`` costs no round trip of its own.
    """
    with connection.cursor() as cursor:
        try:
            send(cursor, b"begin;", _LEND_SEQUENCES if dry_run else b"", first)
            yield cursor
            cursor.execute("rollback" if dry_run else "commit")
        except BaseException:
            if not connection.closed:
                _roll_back(cursor)
            raise


def _roll_back(cursor: Cursor) -> None:
    try:
        cursor.execute("rollback")
    except psycopg2.Error:
        cursor.connection.close()  # the server has rolled back, or will, without us


def retry_conflicts(attempt: Callable[[], _Result]) -> _Result:
    """Try again what Postgres gave up in favour of another writer."""
    for count in range(1, _ATTEMPTS + 1):
        try:
            return attempt()
        except psycopg2.Error as error:
            if error.pgcode not in {_SERIALIZATION_FAILURE, _DEADLOCK} or count == _ATTEMPTS:
                raise
            time.sleep(0.1 * count)
    raise AssertionError("unreachable")


def write_whole(connection: Connection, first: bytes, write: Callable[[Cursor], None]) -> None:
    """Write in one transaction; what Postgres gave up in favour of another writer goes again."""

    def attempt() -> None:
        with open_transaction(connection, first) as cursor:
            write(cursor)

    with translate_errors():
        retry_conflicts(attempt)
