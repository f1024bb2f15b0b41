"""Bring along what has come into a ledger since it was copied: so are runners switched over.

Everything in one transaction, and only into a copy that nobody has written to since: what is new
there would have to give way.
"""

from __future__ import annotations

from datetime import datetime

from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from migrate.move.copy import (
    CopiedTable,
    Moved,
    MoveRefused,
    Teller,
    add_referring,
    empty,
    is_alike,
    settle_sequences,
)
from migrate.move.ends import (
    End,
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

#: A month is added up whole, and a day has other ends elsewhere.
_NEW = "where {column} >= date_trunc('month', {since}::timestamptz - interval '1 day')"


def top_up(source: End, target: End, teller: Teller, since: datetime | None = None) -> Moved:
    """Bring along what is new; ``since`` None: since the moment of the copy.

    Of tables with a time in their key only what is later is copied, where that is enough. Raises
    Failure.
    """
    with open_end(source) as snapshot, hold_snapshot(snapshot), open_end(target) as connection:
        found, held = read_holdings(source, snapshot), read_holdings(target, connection)
        check_source(source, found)
        mark = read_mark(held.mark)
        if mark is None or mark.fingerprint != fingerprint(found) or not mark.digest:
            raise MoveRefused(
                f"{target.name} is no whole copy of {source.name}: move without --since first."
            )
        tables = read_tables(source, snapshot)
        check_alike(source, tables, target, read_tables(target, connection))
        with naming(target), hold_changes(connection):
            _keep_others_out(connection, tables)
            top_up = TopUp((source, snapshot), (target, connection), tables, teller)
            top_up.check_untouched(mark)
            done = top_up.copy_differing(since or mark.snapshot_at)
            settle_sequences((source, snapshot), (target, connection))
            digest = digest_all((one.name, one.target) for one in done)
            write_mark(
                connection, MoveMark(mark.fingerprint, found.snapshot_at, digest, found.oldest_code)
            )
        return Moved(found.snapshot_at, done)


def _keep_others_out(connection: Connection, tables: list[MovedTable]) -> None:
    """Let whoever writes wait until this is done; who reads goes on."""
    places = sql.SQL(", ").join(table.place for table in tables)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("lock table {} in exclusive mode").format(places))


class TopUp:
    """Two open ends, and the tables that may differ by now."""

    def __init__(
        self,
        source: tuple[End, Connection],
        target: tuple[End, Connection],
        tables: list[MovedTable],
        teller: Teller,
    ) -> None:
        self._source, self._target = source, target
        self._tables, self._teller = tables, teller
        both = BothEnds(*source, *target)
        self._compare = both.compare
        self._compared: list[TableDifference] = [both.compare(table) for table in tables]

    def check_untouched(self, mark: MoveMark) -> None:
        """Raise MoveRefused where the copy is not what it was when it was made."""
        if digest_all((one.name, one.target) for one in self._compared) != mark.digest:
            raise MoveRefused(
                f"{self._target[0].name} has been written to since it was copied: what came to"
                f" {self._source[0].name} meanwhile cannot be told from that by its keys. Stop the"
                " runners, empty it, and move once more (docs/move.md)."
            )

    def copy_differing(self, since: datetime) -> list[TableDifference]:
        """Copy what differs, of large tables only what is new; return what both hold then."""
        differing = {one.name for one in self._compared if not is_alike(one)}
        partly = {one.name for one in self._tables if one.name in differing and one.time_name}
        whole = add_referring(differing - partly, self._tables)
        mine = [table for table in self._tables if table.name in partly | whole]
        self._teller.expect(sum(table.byte_count for table in mine))
        with naming(self._target[0]):
            empty(self._target[1], [table for table in mine if table.name in whole])
            for table in reversed(mine):
                if table.name not in whole:
                    self._clear_since(table, since)
        for table in mine:
            new = None if table.name in whole else self._spell(table, since)
            self._pour(table, new)
        return [self._settle(table) for table in self._tables]

    def _settle(self, table: MovedTable) -> TableDifference:
        """Return what both hold of a table; what is older has changed, too: copy it whole."""
        compared = self._compare(table)
        if is_alike(compared):
            return compared
        with naming(self._target[0]):
            empty(self._target[1], [table])
        self._pour(table, None)
        return self._compare(table)

    def _pour(self, table: MovedTable, condition: sql.Composable | None) -> None:
        count = pour(table, self._source, self._target, self._teller.pass_on, condition)
        self._teller.end(CopiedTable(table.name, count, 0))

    def _clear_since(self, table: MovedTable, since: datetime) -> None:
        with self._target[1].cursor() as cursor:
            cursor.execute(
                sql.SQL("delete from {table} {new}").format(
                    table=table.place, new=self._spell(table, since)
                )
            )

    def _spell(self, table: MovedTable, since: datetime) -> sql.Composed:
        return sql.SQL(_NEW).format(
            column=sql.Identifier(table.time_name or ""), since=sql.Literal(since.isoformat())
        )
