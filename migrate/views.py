"""The views of bi and their parts: dropped before the tables change, made again afterwards."""

from __future__ import annotations

import re
from pathlib import Path

from sqlalchemy import Connection

from everheard.config import PROJECT_DIR
from migrate.order import order_files, read_script
from migrate.readers import close_public, list_readers, quote

VIEW_DIR = PROJECT_DIR / "sql" / "views"
#: What readers see, and in a folder of its own what that is made of.
SCHEMAS = ("bi", "part")
#: Does every job (`migrate role writer`).
WRITER = "everheard_writer"
#: After an import the planner is told what has become of the tables; before, only owners could.
MAINTAIN_SINCE = 170000
_WRITERS_RIGHTS = (
    f"grant select, insert, update, delete on all tables in schema warehouse to {WRITER}",
    f"revoke insert, update, delete on warehouse.etl_schema from {WRITER}",
    f"revoke insert, update, delete on warehouse.alembic_version from {WRITER}",
    f"grant usage on all sequences in schema warehouse to {WRITER}",
    f"grant select on all tables in schema bi, part to {WRITER}",
)
_REFERENCE = re.compile(r"\b(?:from|join) ((?:bi|part)\.\w+)")


def order_views(view_dir: Path = VIEW_DIR) -> list[Path]:
    """Return the view files so that each comes after those it reads."""
    files = {name_view(path): path for path in sorted(view_dir.rglob("*.sql"))}
    return order_files(files, _REFERENCE)


def name_view(path: Path) -> str:
    """Return the view that a file makes, its schema first: the folder decides."""
    return f"{'part' if path.parent.name == 'part' else 'bi'}.{path.stem}"


def drop_views(connection: Connection) -> None:
    """Drop every view of both schemas; what readers were granted comes back with the views."""
    names = connection.exec_driver_sql(
        "select table_schema, table_name from information_schema.views"
        " where table_schema = any (%s)",
        (list(SCHEMAS),),
    )
    listed = ", ".join(f'{schema}."{name}"' for schema, name in names)
    if listed:
        connection.exec_driver_sql(f"drop view {listed} cascade")


def create_views(connection: Connection) -> int:
    """Create every view; return how many of them readers see."""
    connection.exec_driver_sql(read_script(order_views()))
    return len(_list_for_readers())


def _list_for_readers() -> list[str]:
    return [name for name in map(name_view, order_views()) if name.startswith("bi.")]


def grant_writer(connection: Connection) -> None:
    """Let the writer's role, where it was let in, write rows of tables that are new, too."""
    let_in = "select has_schema_privilege(to_regrole(%s), 'warehouse', 'usage')"
    if not connection.exec_driver_sql(let_in, (WRITER,)).scalar():
        return
    for statement in _WRITERS_RIGHTS:
        connection.exec_driver_sql(statement)
    close_public(connection)
    version = connection.exec_driver_sql("select current_setting('server_version_num')::integer")
    if version.scalar_one() >= MAINTAIN_SINCE:
        connection.exec_driver_sql(f"grant maintain on all tables in schema warehouse to {WRITER}")


def grant_views(connection: Connection) -> None:
    """Let everybody who may use schema bi read its views: grants go with a view that is dropped."""
    views = ", ".join(_list_for_readers())
    for reader in list_readers(connection):
        connection.exec_driver_sql(f"grant select on {views} to {quote(reader)}")
