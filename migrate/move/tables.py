"""What a move copies: the tables of a ledger in the order in which they refer to one another."""

from __future__ import annotations

from graphlib import TopologicalSorter
from typing import NamedTuple

from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from everheard.database.statements import read_query
from everheard.failure import SchemaMismatch
from migrate.move.ends import End, naming

SCHEMA = "warehouse"


class MovedTable(NamedTuple):
    """A table: its columns but those that others make, the room it takes, whom it refers to.

    ``time_name``: the time in its key, where there is one.
    """

    name: str
    columns: list[str]
    byte_count: int
    referred_names: list[str]
    time_name: str | None

    @property
    def place(self) -> sql.Identifier:
        """The table's name, as a statement takes it."""
        return sql.Identifier(SCHEMA, self.name)

    @property
    def column_list(self) -> sql.Composed:
        """The columns, as a statement takes them."""
        return sql.SQL(", ").join(map(sql.Identifier, self.columns))


def read_tables(end: End, connection: Connection) -> list[MovedTable]:
    """Return the tables of a ledger, each after those it refers to."""
    with naming(end), connection.cursor() as cursor:
        cursor.execute(read_query("move/tables"))
        found = {row[0]: MovedTable(*row) for row in cursor.fetchall()}
    order = TopologicalSorter({name: found[name].referred_names for name in sorted(found)})
    return [found[name] for name in order.static_order()]


def check_alike(source: End, mine: list[MovedTable], target: End, other: list[MovedTable]) -> None:
    """Raise SchemaMismatch where one end has a table or a column that the other lacks."""
    ours = {table.name: set(table.columns) for table in mine}
    theirs = {table.name: set(table.columns) for table in other}
    for name in sorted({*ours, *theirs}):
        for where, lacking, has, lacks in (
            (source, target, ours, theirs),
            (target, source, theirs, ours),
        ):
            extra = sorted(has.get(name, set()) - lacks.get(name, set()))
            if extra:
                raise SchemaMismatch(
                    f"{where.name} has {name}.{extra[0]}, which {lacking.name} lacks: a move takes"
                    " the ledger's own tables. Move what you have added elsewhere first."
                )
