"""A fresh database: made from the files of sql/tables, which say what the schema is."""

from __future__ import annotations

import re
from pathlib import Path

from sqlalchemy import Connection

from everheard.config import PROJECT_DIR
from everheard.failure import SchemaMismatch
from migrate.order import order_files, read_script
from migrate.views import SCHEMAS, order_views

TABLE_DIR = PROJECT_DIR / "sql" / "tables"
#: Makes no table, and comes before all that do.
SCHEMA_FILE = "schemas.sql"
_REFERENCE = re.compile(r"\b(?:references|from|join) warehouse\.(\w+)")


def order_tables() -> list[Path]:
    """Return the files of tables so that each comes after those it refers to."""
    files = {path.stem: path for path in sorted(TABLE_DIR.glob("*.sql"))}
    del files[Path(SCHEMA_FILE).stem]
    return order_files(files, _REFERENCE)


def create_schemas(connection: Connection) -> None:
    """Create the schemas that are missing."""
    connection.exec_driver_sql((TABLE_DIR / SCHEMA_FILE).read_text(encoding="utf-8"))


def create_tables(connection: Connection) -> None:
    """Create every table, with the rows that it begins with."""
    connection.exec_driver_sql(read_script(order_tables()))


def refuse_strangers(connection: Connection) -> None:
    """Raise SchemaMismatch where somebody else's things stand in our schemas.

    Empty schemas are welcome, and so are views of ours: those that read no table outlive
    a ``drop schema warehouse cascade``.
    """
    found = connection.exec_driver_sql(
        "select schema.nspname, relation.relname from pg_catalog.pg_class as relation"
        " inner join pg_catalog.pg_namespace as schema on relation.relnamespace = schema.oid"
        " where schema.nspname = any (%s)",
        (["warehouse", *SCHEMAS],),
    )
    ours = {path.stem for path in order_views()}
    strange = {schema for schema, name in found if schema == "warehouse" or name not in ours}
    if strange:
        raise SchemaMismatch(
            f"The database holds no ledger, and something else in schema {min(strange)}:"
            " drop or rename that, or name another database in DATABASE_URL."
        )
