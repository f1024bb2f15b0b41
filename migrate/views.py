"""The views of schema bi: dropped before the tables change, made again afterwards."""

from __future__ import annotations

import re
from pathlib import Path

from sqlalchemy import Connection

from everheard.config import PROJECT_DIR
from migrate.order import order_files, read_script

VIEW_DIR = PROJECT_DIR / "sql" / "views"
SCHEMAS = ("bi",)
_REFERENCE = re.compile(r"\b(?:from|join) bi\.(\w+)")


def order_views(view_dir: Path = VIEW_DIR) -> list[Path]:
    """Return the view files so that each comes after those it reads."""
    return order_files({path.stem: path for path in sorted(view_dir.glob("*.sql"))}, _REFERENCE)


def drop_views(connection: Connection) -> None:
    """Drop every view of schema bi; what readers were granted comes back with the views."""
    names = connection.exec_driver_sql(
        "select table_name from information_schema.views where table_schema = 'bi'"
    ).scalars()
    listed = ", ".join(f'bi."{name}"' for name in names)
    if listed:
        connection.exec_driver_sql(f"drop view {listed} cascade")


def create_views(connection: Connection) -> int:
    """Create every view; return how many."""
    files = order_views()
    connection.exec_driver_sql(read_script(files))
    return len(files)


#: What the other views are made of; its types are not for readers.
_INNER_VIEWS = {"timed_play"}


def grant_views(connection: Connection) -> None:
    """Let everybody who may use schema bi read its views: grants go with a view that is dropped."""
    readers = connection.exec_driver_sql(
        "select distinct grantee.rolname from pg_catalog.pg_namespace as schema"
        " cross join lateral aclexplode(schema.nspacl) as entry"
        " inner join pg_catalog.pg_roles as grantee on entry.grantee = grantee.oid"
        " where schema.nspname = 'bi' and entry.privilege_type = 'USAGE'"
        " and entry.grantee <> schema.nspowner"
    ).scalars()
    views = ", ".join(f"bi.{path.stem}" for path in order_views() if path.stem not in _INNER_VIEWS)
    for reader in readers.all():
        quoted = reader.replace('"', '""')
        connection.exec_driver_sql(f'grant select on {views} to "{quoted}"')
