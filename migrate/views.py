"""The views of schema bi: dropped before the tables change, made again afterwards."""

from __future__ import annotations

import re
from graphlib import TopologicalSorter
from pathlib import Path

from sqlalchemy import Connection

from everheard.config import PROJECT_DIR

VIEW_DIR = PROJECT_DIR / "sql" / "views"
_REFERENCE = re.compile(r"\b(?:from|join) bi\.(\w+)")  # comments name views too


def order_views(view_dir: Path = VIEW_DIR) -> list[Path]:
    """Return the view files so that each comes after those it reads."""
    files = {path.stem: path for path in sorted(view_dir.glob("*.sql"))}
    graph = {
        name: {other for other in _REFERENCE.findall(path.read_text("utf-8")) if other in files}
        - {name}
        for name, path in files.items()
    }
    return [files[name] for name in TopologicalSorter(graph).static_order()]


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
    for path in files:
        connection.exec_driver_sql(path.read_text(encoding="utf-8"))
    return len(files)
