"""The SQL files of the project, by name, and the few ways they are sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from everheard.config import PROJECT_DIR
from everheard.database.connect import translate_errors
from everheard.database.trips import Trip
from everheard.rows import StagedCsv, StagedRows

SQL_DIR = PROJECT_DIR / "sql"


def read_statement(name: str) -> str:
    """Return the text of ``sql/load/NAME.sql``; its name is "FOLDER/name"."""
    return _read(f"load/{name}")


def read_query(name: str) -> str:
    """Return the text of ``sql/read/NAME.sql``; its name is "FOLDER/name"."""
    return _read(f"read/{name}")


@cache
def _read(name: str) -> str:
    return (SQL_DIR / f"{name}.sql").read_text(encoding="utf-8")


def render(
    cursor: Cursor,
    trip: Trip,
    parameters: Mapping[str, Any] | None = None,
    rows: Iterable[bytes] = (),
) -> bytes:
    """Return the text of a trip with its parameters filled in, ready to be sent.

    ``rows`` come where the trip has a place for them.
    """
    return b"\n".join(
        cursor.mogrify(read_statement(step), parameters)
        if isinstance(step, str)
        else b"\n".join(rows)
        for step in trip.steps
    )


def render_insert(cursor: Cursor, table: str, rows: Sequence[tuple[Any, ...]]) -> bytes:
    """Return one insert of all rows into a temporary table; the columns are the first ones."""
    if not rows:
        return b""
    template = "(" + ", ".join(["%s"] * len(rows[0])) + ")"
    values = b",\n".join(cursor.mogrify(template, row) for row in rows)
    return b"insert into pg_temp." + table.encode() + b" values\n" + values + b";\n"


def render_staged(cursor: Cursor, rows: StagedRows) -> list[bytes]:
    """Return one insert for each kind of rows, into the temporary table of its name."""
    return [render_insert(cursor, f"staged_{name}", table) for name, table in vars(rows).items()]


def copy_csv(cursor: Cursor, staged: StagedCsv) -> None:
    """Fill a temporary table from a CSV file: the way for more rows than an insert can carry."""
    if staged.path.stat().st_size:
        columns = ", ".join(staged.columns)
        statement = f"copy pg_temp.{staged.table} ({columns}) from stdin"
        with staged.path.open("rb") as file:
            cursor.copy_expert(f"{statement} (format csv, encoding 'utf8')", file, size=1 << 18)


def send(cursor: Cursor, *statements: bytes) -> None:
    """Send statements in one round trip; the last one's rows can be fetched."""
    cursor.execute(b"\n".join(statements))


def execute(connection: Connection, trip: Trip, parameters: Mapping[str, Any]) -> None:
    """Send a trip that gives no rows back. Raises DatabaseTrouble or SchemaMismatch."""
    with translate_errors(), connection.cursor() as cursor:
        send(cursor, render(cursor, trip, parameters))
