"""The SQL files of sql/load, and the few ways they are sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from everheard.config import PROJECT_DIR
from everheard.database.connect import translate_errors
from everheard.rows import StagedCsv

_LOAD_DIR = PROJECT_DIR / "sql" / "load"


@cache
def read_statement(name: str) -> str:
    """Return the text of ``sql/load/NAME.sql``."""
    return (_LOAD_DIR / f"{name}.sql").read_text(encoding="utf-8")


def render(cursor: Cursor, name: str, parameters: Mapping[str, Any] | None = None) -> bytes:
    """Return a file's text with its parameters filled in, ready to be sent with others."""
    return cursor.mogrify(read_statement(name), parameters)


def render_insert(cursor: Cursor, table: str, rows: Sequence[tuple[Any, ...]]) -> bytes:
    """Return one insert of all rows into a temporary table; the columns are the first ones."""
    if not rows:
        return b""
    template = "(" + ", ".join(["%s"] * len(rows[0])) + ")"
    values = b",\n".join(cursor.mogrify(template, row) for row in rows)
    return b"insert into pg_temp." + table.encode() + b" values\n" + values + b";\n"


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


def execute(connection: Connection, name: str, parameters: Mapping[str, Any]) -> None:
    """Run one file that gives no rows back. Raises DatabaseTrouble or SchemaMismatch."""
    with translate_errors(), connection.cursor() as cursor:
        cursor.execute(read_statement(name), parameters)
