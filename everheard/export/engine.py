"""DuckDB as the writer of files: within a fixed piece of memory, and nothing from the network."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from everheard.export.queries import order_columns
from everheard.export.relations import ExportRelation

if TYPE_CHECKING:
    import duckdb

_MEMORY = "256MB"
#: PostgreSQL's types that DuckDB calls otherwise. Lists leave as text that is JSON.
_KINDS = {
    "timestamp with time zone": "timestamptz",
    "timestamp without time zone": "timestamp",
    "double precision": "double",
    "text": "varchar",
    "bytea": "varchar",
    "numeric": "double",
}


def configure(folder: Path) -> dict[str, str | bool | int | float | list[str]]:
    """Return how DuckDB is opened; ``folder`` is for what spills."""
    return {
        "memory_limit": _MEMORY,
        "threads": 1,  # so that the same rows make the same bytes
        "temp_directory": str(folder / "spill"),
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }


@contextmanager
def open_writer(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open DuckDB, in UTC, with nothing in it."""
    import duckdb  # only where something is written with it

    with closing(duckdb.connect(config=configure(folder))) as engine:
        engine.execute("set timezone = 'UTC'")
        engine.execute("set enable_progress_bar = false")
        yield engine


def name_kind(kind: str) -> str:
    """Return DuckDB's name of one of PostgreSQL's types."""
    return "varchar" if kind.endswith("[]") else _KINDS.get(kind, kind)


def render_reading(relation: ExportRelation, path: Path) -> str:
    """Return the query of a piece's rows, from the file they came in, columns in their own order.

    An empty field is null, a quoted one the empty text, as COPY writes them.
    """
    columns = ", ".join(
        f"{quote(column.name)}: '{name_kind(column.kind)}'" for column in order_columns(relation)
    )
    shown = ", ".join(f'"{column.name}"' for column in relation.columns)
    order = ", ".join(f'"{name}"' for name in relation.order) if relation.moment else ""
    order = f" order by {order}" if order else ""
    return (
        f"select {shown} from read_csv({quote(str(path))}, auto_detect = false, header = false,"  # noqa: S608
        " delim = ',', quote = '\"', escape = '\"', nullstr = '', allow_quoted_nulls = false,"
        f" columns = {{{columns}}}){order}"
    )


def quote(text: str) -> str:
    """Return text as a literal of SQL."""
    return "'" + text.replace("'", "''") + "'"
