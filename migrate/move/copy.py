"""Copy a whole ledger into another database: one snapshot, table by table, then compare.

A table is copied whole or not at all, and stays when what follows is cut: the same command again
goes on. Whatever happens, the source is only read.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import NamedTuple, Protocol

from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from everheard.database.statements import read_query
from everheard.failure import ExitCode, Failure
from everheard.rims.counted import say_counted
from migrate.move.ends import (
    End,
    Holdings,
    check_source,
    fingerprint,
    hold_changes,
    hold_snapshot,
    naming,
    open_end,
    read_holdings,
)
from migrate.move.mark import MoveMark, digest_all, read_mark, write_mark
from migrate.move.pipe import pour
from migrate.move.tables import MovedTable, check_alike, read_tables
from migrate.move.verify import BothEnds, TableDifference
from migrate.upgrade import upgrade


class MoveRefused(Failure):
    """The two databases are not such that one can be moved into the other."""

    exit_code = ExitCode.BAD_INPUT


class Teller(Protocol):
    """Whom a move tells how far it is."""

    def expect(self, byte_count: int) -> None:
        """Say how many bytes there will be, about."""

    def pass_on(self, byte_count: int) -> None:
        """Say how many more have been copied."""

    def end(self, copied: CopiedTable) -> None:
        """Say that a table is done."""


class CopiedTable(NamedTuple):
    """What was done with a table; row_count None: it was the same already."""

    name: str
    row_count: int | None
    seconds: float


class Moved(NamedTuple):
    """What came of a move: as of when, and what each end holds of each table."""

    snapshot_at: datetime
    tables: list[TableDifference]


class LedgerCopy:
    """Two open ends, the source in a snapshot."""

    def __init__(
        self, source: tuple[End, Connection], target: tuple[End, Connection], teller: Teller
    ) -> None:
        self._source, self._target, self._teller = source, target, teller
        self._both = BothEnds(*source, *target)

    def copy_all(self, tables: list[MovedTable], *, is_begun: bool) -> None:
        """Copy every table; of a copy that was begun those that are the same already stay."""
        whole = {one.name for one in tables if is_begun and is_alike(self._both.compare(one))}
        stale = add_referring({table.name for table in tables} - whole, tables)
        self._teller.expect(sum(table.byte_count for table in tables if table.name in stale))
        with naming(self._target[0]):
            empty(self._target[1], [table for table in tables if table.name in stale])
        referred = {name for table in tables for name in table.referred_names}
        for table in tables:
            started = time.monotonic()
            count = self._fill(table, table.name in referred) if table.name in stale else None
            self._teller.end(CopiedTable(table.name, count, time.monotonic() - started))

    def finish(self, tables: list[MovedTable], mark: MoveMark) -> list[TableDifference]:
        """Let the sequences go on where the source's stand; compare all; note it where alike."""
        settle_sequences(self._source, self._target)
        with naming(self._target[0]), self._target[1].cursor() as cursor:
            places = sql.SQL(", ").join(table.place for table in tables)
            cursor.execute(sql.SQL("analyze {}").format(places))
        compared = [self._both.compare(table) for table in tables]
        if all(map(is_alike, compared)):
            digest = digest_all((one.name, one.source) for one in compared)
            with naming(self._target[0]):
                write_mark(self._target[1], mark._replace(digest=digest))
        return compared

    def _fill(self, table: MovedTable, is_referred: bool) -> int:
        """Copy one table in a transaction of its own; its indexes are made when it is full."""
        end, connection = self._target
        with naming(end), hold_changes(connection), without_indexes(connection, table):
            if not is_referred:  # emptied in this transaction, it is written without a log
                empty(connection, [table])
            return pour(table, self._source, self._target, self._teller.pass_on)


def copy_ledger(source: End, target: End, teller: Teller) -> Moved:
    """Copy a ledger, or go on with a copy that was cut.

    Raises Failure: neither end is one, both are one, the target holds somebody's plays, or what a
    database says.
    """
    with open_end(source) as snapshot, hold_snapshot(snapshot), open_end(target) as connection:
        found, held = read_holdings(source, snapshot), read_holdings(target, connection)
        check_source(source, found)
        mark = MoveMark(fingerprint(found), found.snapshot_at, oldest_code=found.oldest_code)
        check_target(target, source, held, found, mark.fingerprint)
        if held.version is None:
            with naming(target):
                upgrade(target.settings)
        tables = read_tables(source, snapshot)
        check_alike(source, tables, target, read_tables(target, connection))
        with naming(target):
            write_mark(connection, mark)
        copy = LedgerCopy((source, snapshot), (target, connection), teller)
        copy.copy_all(tables, is_begun=read_mark(held.mark) is not None)
        return Moved(found.snapshot_at, copy.finish(tables, mark))


def check_target(
    target: End, source: End, held: Holdings, found: Holdings, source_fingerprint: str
) -> None:
    """Raise MoveRefused unless a ledger can be moved there without anything being lost."""
    if held.identity == found.identity:
        raise MoveRefused(
            f"{source.name} and {target.name} lead to the same database: there is nothing to move."
        )
    if held.version is None:
        return
    mark = read_mark(held.mark)
    is_ours = mark is not None and mark.fingerprint == source_fingerprint
    if mark and is_ours and not mark.digest:
        return
    check_source(target, held)
    if held.listener_count or held.play_count:
        cure = (
            f"It is a copy of {source.name}: --since brings along what is new there."
            if is_ours
            else "A move goes into an empty database: make one, or name another."
        )
        raise MoveRefused(
            f"{target.name} holds a ledger already, of {say_counted(held.play_count, 'play')}, and"
            f" stays as it is. {cure}"
        )


@contextmanager
def without_indexes(connection: Connection, table: MovedTable) -> Iterator[None]:
    """Drop a table's indexes and keys but those others rest on; make them again afterwards."""
    with connection.cursor() as cursor:
        cursor.execute(read_query("move/removable"), {"table_name": table.place.as_string(cursor)})
        removed = cursor.fetchall()
        for name, is_constraint, _ in removed:
            drop = (
                sql.SQL("alter table {table} drop constraint {name}")
                if is_constraint
                else sql.SQL("drop index warehouse.{name}")
            )
            cursor.execute(drop.format(table=table.place, name=sql.Identifier(name)))
        yield
        for name, is_constraint, definition in removed:
            make: sql.Composable = sql.SQL(definition)  # as the database itself spells it
            if is_constraint:
                make = sql.SQL("alter table {table} add constraint {name} {made}").format(
                    table=table.place, name=sql.Identifier(name), made=make
                )
            cursor.execute(make)


def settle_sequences(source: tuple[End, Connection], target: tuple[End, Connection]) -> None:
    """Let the keys that the target gives go on where the source's stand."""
    with naming(source[0]), source[1].cursor() as cursor:
        cursor.execute(read_query("move/sequences"))
        numbers = [row for row in cursor.fetchall() if row[1] is not None]
    with naming(target[0]), target[1].cursor() as cursor:
        for name, number in numbers:
            cursor.execute("select setval(%s, %s)", (name, number))


def empty(connection: Connection, tables: list[MovedTable]) -> None:
    """Empty tables, at once: they may refer to one another."""
    if tables:
        places = sql.SQL(", ").join(table.place for table in tables)
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL("truncate {}").format(places))


def is_alike(compared: TableDifference) -> bool:
    """Say whether a table is the same at both ends."""
    return compared.source == compared.target


def add_referring(names: Iterable[str], tables: list[MovedTable]) -> set[str]:
    """Return the tables and those that refer to one of them: they can only be emptied together."""
    found = set(names)
    for table in tables:  # in the order of references
        if found.intersection(table.referred_names):
            found.add(table.name)
    return found
