"""Checks on imports: what an undo took from others should be imported again."""

from __future__ import annotations

from psycopg2.extensions import connection as Connection

from cli.doctor.check import Check, soon
from everheard.ledger.imports import read_imports

_SHOWN = 3


def check_imports(connection: Connection) -> list[Check]:
    """Name the imports of which an undo took a part; nothing where there are none."""
    wanted = [one for one in read_imports(connection) if one.is_wanted]
    if not wanted:
        return []
    names = [", ".join(one.source_names[:_SHOWN]) for one in wanted]
    return [
        soon(
            "imports",
            f"{len(wanted)} lost a part with one that was undone: days they cover are unknown",
            f"import again: {'; '.join(names)}",
        )
    ]
