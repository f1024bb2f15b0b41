"""Bring a backup into an empty database: tables of its version, its rows, then the upgrade.

Everything happens in one transaction: it is done, or nothing has changed.
"""

from __future__ import annotations

from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import sqlalchemy
from alembic import command

from everheard import SCHEMA_VERSION
from everheard.config import Settings
from everheard.database.connect import translate_errors
from everheard.export.archive import Backup, BackupTable, BadBackup
from everheard.export.engine import open_writer, quote
from everheard.failure import ConfigurationError, SchemaMismatch
from everheard.files import remove_file, write_file
from everheard.rims.counted import say_counted
from migrate.readers import end_sessions
from migrate.tables import create_schemas, create_tables, refuse_strangers
from migrate.upgrade import configure_alembic, finish, holds_ledger, open_transaction, take_turn
from migrate.views import drop_views

#: Tells of the database, not of the ledger.
_STAYS = "etl_schema"
_LARGE = 1 << 18
_LIST = (
    'case when "{0}" is not null then array('
    'select value from jsonb_array_elements_text("{0}"::jsonb) as value)::{1} end'
)
_GO_ON = "select setval(format('warehouse.%%I', %s::text)::regclass, %s)"


def restore(settings: Settings, backup: Backup, folder: Path) -> list[str]:
    """Bring the tables in ``folder`` into the database; return sentences on what was derived."""
    if backup.version > SCHEMA_VERSION:
        raise SchemaMismatch(
            f"The backup is of tables at version {backup.version}, this code knows"
            f" {SCHEMA_VERSION}: update this copy with `git pull`, then restore."
        )
    with translate_errors(), open_transaction(settings) as connection:
        take_turn(connection)
        _make_empty(connection, backup.version)
        _load(connection, backup, folder)
        if backup.version < SCHEMA_VERSION:
            command.upgrade(configure_alembic(connection), "head")
            create_schemas(connection)
        return finish(connection)


def _make_empty(connection: sqlalchemy.Connection, version: int) -> None:
    """Leave the tables of a version, without a row; raise where somebody's plays are."""
    if holds_ledger(connection):
        _refuse_filled(connection)
        end_sessions(connection)
    else:
        refuse_strangers(connection)
    drop_views(connection)
    # Nothing is in it but the rows that every ledger begins with.
    connection.exec_driver_sql("drop schema if exists warehouse cascade")
    if version == SCHEMA_VERSION:
        create_schemas(connection)
        create_tables(connection)
        command.stamp(configure_alembic(connection), "head")
    else:
        connection.exec_driver_sql("drop schema if exists bi, part")  # not with strangers in it
        connection.exec_driver_sql("create schema warehouse")
        command.upgrade(configure_alembic(connection), f"{version:04}")
    names = ", ".join(f'warehouse."{name}"' for name in _list_tables(connection))
    connection.exec_driver_sql(f"truncate {names}")


def _refuse_filled(connection: sqlalchemy.Connection) -> None:
    filled = connection.exec_driver_sql("select exists (select from warehouse.dim_listener)")
    if filled.scalar():
        raise ConfigurationError(
            [
                "The database holds a ledger already, and nothing of it is overwritten: name an"
                " empty database in DATABASE_URL, or an empty EVERHEARD_HOME"
            ]
        )


def _list_tables(connection: sqlalchemy.Connection) -> list[str]:
    """Return the tables so that each comes after those it refers to."""
    rows = connection.exec_driver_sql(
        "select relation.relname, target.relname from pg_catalog.pg_class as relation"
        " left join pg_catalog.pg_constraint as found"
        " on relation.oid = found.conrelid and found.contype = 'f'"
        " left join pg_catalog.pg_class as target"
        " on found.confrelid = target.oid and target.oid <> relation.oid"
        " where relation.relnamespace = 'warehouse'::regnamespace and relation.relkind = 'r'"
        " order by 1, 2"
    )
    graph: dict[str, set[str]] = {}
    for name, target in rows:
        graph.setdefault(name, set()).update({target} - {None})
    ordered = TopologicalSorter(graph).static_order()
    return [name for name in ordered if name not in {_STAYS, "alembic_version"}]


def _load(connection: sqlalchemy.Connection, backup: Backup, folder: Path) -> None:
    """Copy all rows in, and let each sequence go on where it was."""
    tables = {table.name: table for table in backup.tables}
    cursor: Any = connection.connection.cursor()
    known = _list_tables(connection)
    if strange := sorted(tables.keys() - {*known, _STAYS}):
        raise BadBackup(f"The backup has a table {strange[0]}, which no ledger of its version has.")
    with open_writer(folder) as engine:
        for name in known:
            if name in tables:
                rows = folder / "rows.csv"
                write_file(rows, b"")
                columns = ", ".join(f'"{column}"' for column in tables[name].columns)
                engine.execute(
                    f"copy (select {columns} from {tables[name].source}) to {quote(str(rows))}"  # noqa: S608
                    " (format csv, header false, force_quote *, nullstr '', use_tmp_file false)"
                )
                _copy_in(cursor, tables[name], rows)
                remove_file(rows)
    for name, last in backup.sequences.items():
        cursor.execute(_GO_ON, (name, last))
    if not backup.sequences:
        _go_on_after_greatest(cursor)


def _go_on_after_greatest(cursor: Any) -> None:
    """Let every sequence go on after the greatest number that its table holds."""
    cursor.execute(
        "select table_name, column_name from information_schema.columns"
        " where table_schema = 'warehouse' and is_identity = 'YES'"
    )
    for table, column in cursor.fetchall():
        cursor.execute(
            f'select setval(pg_get_serial_sequence(%s, %s), max("{column}"))'  # noqa: S608
            f' from warehouse."{table}" having max("{column}") > 0',
            (f"warehouse.{table}", column),
        )


def _read_lists(cursor: Any, table: BackupTable, columns: str) -> None:
    """Bring rows whose lists are told as JSON into their table: COPY takes them otherwise."""
    cursor.execute(
        "select attname, format_type(atttypid, atttypmod) from pg_catalog.pg_attribute"
        " where attrelid = format('warehouse.%%I', %s::text)::regclass and attnum > 0",
        (table.name,),
    )
    kinds = dict(cursor.fetchall())
    told = ", ".join(
        (_LIST if name in table.lists else '"{}"::{}').format(name, kinds[name])
        for name in table.columns
    )
    place = f'warehouse."{table.name}" ({columns})'
    cursor.execute(f"insert into {place} select {told} from pg_temp.told_lists")  # noqa: S608
    cursor.execute("drop table pg_temp.told_lists")


def _copy_in(cursor: Any, table: BackupTable, rows: Path) -> None:
    columns = ", ".join(f'"{column}"' for column in table.columns)
    place = f'warehouse."{table.name}"'
    if table.lists:
        texts = ", ".join(f'"{column}" text' for column in table.columns)
        cursor.execute(f"create temp table told_lists ({texts}) on commit drop")
        place = "pg_temp.told_lists"
    with rows.open("rb") as file:
        cursor.copy_expert(f"copy {place} ({columns}) from stdin (format csv)", file, size=_LARGE)
    if table.lists:
        _read_lists(cursor, table, columns)
    cursor.execute(f'select count(*) from warehouse."{table.name}"')  # noqa: S608 - checked name
    (count,) = cursor.fetchone()
    if count != table.rows:
        raise BadBackup(
            f"The backup is damaged: {table.name} is to have {say_counted(table.rows, 'row')},"
            f" and has {count}."
        )
