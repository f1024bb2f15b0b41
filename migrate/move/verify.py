"""Are two ledgers the same? Rows and a checksum of each table, both ends at once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import NamedTuple

from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from migrate.move.ends import (
    End,
    check_source,
    hold_snapshot,
    naming,
    open_end,
    read_holdings,
)
from migrate.move.tables import MovedTable, check_alike, read_tables

#: Every column of every row has a say, the order of rows has none. The hash is the one by which
#: PostgreSQL parts tables: the same in every version, as it has to be.
_CHECKSUM = (
    "select count(*), coalesce(sum(hash_record_extended(row({columns}), 0)), 0) from {place}"
)


class TableContent(NamedTuple):
    """How many rows a table has, and the sum of what they hash to."""

    row_count: int
    checksum: Decimal


class TableDifference(NamedTuple):
    """A table that is not the same at both ends: what each of them holds."""

    name: str
    source: TableContent
    target: TableContent


def read_content(connection: Connection, table: MovedTable) -> TableContent:
    """Return the rows and the checksum of a table."""
    statement = sql.SQL(_CHECKSUM).format(columns=table.column_list, place=table.place)
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return TableContent(*(cursor.fetchone() or (0, Decimal(0))))


class BothEnds:
    """Two ends, open: the source in a snapshot, so that it may go on meanwhile."""

    def __init__(self, source: End, snapshot: Connection, target: End, there: Connection) -> None:
        self._source, self._snapshot = source, snapshot
        self._target, self._there = target, there

    def compare(self, table: MovedTable) -> TableDifference:
        """Return what each end holds of a table, asked at the same time."""
        with ThreadPoolExecutor(1) as thread:
            asked = thread.submit(self._read_source, table)
            with naming(self._target):
                theirs = read_content(self._there, table)
            return TableDifference(table.name, asked.result(), theirs)

    def _read_source(self, table: MovedTable) -> TableContent:
        with naming(self._source):
            return read_content(self._snapshot, table)


def verify(source: End, target: End) -> Iterator[TableDifference]:
    """Yield what both ends hold of each table, within one snapshot of the source."""
    with (
        open_end(source) as snapshot,
        open_end(target) as there,
        hold_snapshot(snapshot),
        hold_snapshot(there),
    ):
        for end, connection in ((source, snapshot), (target, there)):
            check_source(end, read_holdings(end, connection))
        tables = read_tables(source, snapshot)
        check_alike(source, tables, target, read_tables(target, there))
        comparison = BothEnds(source, snapshot, target, there)
        for table in tables:
            yield comparison.compare(table)
