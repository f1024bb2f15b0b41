"""Imports that were committed: listed, and undone."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from psycopg2.extensions import connection as Connection

from everheard.database.connect import translate_errors
from everheard.database.statements import render, send
from everheard.database.transactions import open_transaction, retry_conflicts
from everheard.ledger import flows
from everheard.ledger.coverage import close_covered_gaps
from everheard.ledger.derive import derive
from everheard.rims.columns import fit, measure
from everheard.rims.counted import say_counted


class CommittedImport(NamedTuple):
    """One import of a listener; ``is_wanted``: an undo took some of what it covered away."""

    import_key: int
    imported_at: datetime
    source_names: list[str]
    file_count: int
    listener_name: str | None
    added_count: int
    shared_count: int
    first_told_at: datetime | None
    last_told_at: datetime | None
    is_forced: bool
    undone_at: datetime | None
    is_wanted: bool
    listener_key: int


def read_imports(connection: Connection, listener_key: int | None = None) -> list[CommittedImport]:
    """Read the imports of a listener, or of all; in the order in which they were made."""
    with translate_errors(), connection.cursor() as cursor:
        send(cursor, render(cursor, flows.IMPORTS, {"listener_key": listener_key}))
        return [CommittedImport(*row) for row in cursor.fetchall()]


def undo_import(connection: Connection, undone: CommittedImport) -> None:
    """Take an import's plays out of the ledger, and what it covered; all of it or nothing.

    What other imports told, too, and is not kept twice comes back when they are made again
    (``CommittedImport.is_wanted``). Summaries wait for ``derive_summaries``. Raises
    DatabaseTrouble or SchemaMismatch.
    """
    mine = {"listener_key": undone.listener_key, "import_key": undone.import_key}

    def attempt() -> None:
        with connection.cursor() as cursor:
            lock = render(cursor, flows.LISTENER_LOCK, mine)
        with open_transaction(connection, lock) as cursor:
            derive(
                cursor, flows.UNDONE_DERIVATION, undone.listener_key, import_key=undone.import_key
            )
            send(cursor, render(cursor, flows.WITHDRAWN, mine))
            close_covered_gaps(cursor, undone.listener_key, reopens=True)

    with translate_errors():
        retry_conflicts(attempt)


def describe_imports(imports: list[CommittedImport]) -> str:
    """Return the table that a person reads: number, when, whose, what, rows, and what it tells."""
    if not imports:
        return "Nothing has been imported yet."
    heading = ("number", "imported", "listener", "added", "shared", "tells", "what")
    rows: list[tuple[str, ...]] = [heading, *map(_to_cells, imports)]
    widths = [max(measure(row[place]) for row in rows) for place in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            fit(cell, width, is_right=place in (0, 3, 4))
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def _to_cells(one: CommittedImport) -> tuple[str, ...]:
    what = ", ".join(one.source_names[:2])
    if one.file_count > len(one.source_names[:2]):
        what += f" ({say_counted(one.file_count, 'file')})"
    told = (
        f"{one.first_told_at:%Y-%m-%d} to {one.last_told_at:%Y-%m-%d}"
        if one.first_told_at and one.last_told_at
        else "nothing"
    )
    marks = [
        mark
        for mark, is_so in (
            ("undone", one.undone_at),
            ("with --anyway", one.is_forced),
            ("import it again", one.is_wanted),
        )
        if is_so
    ]
    return (
        str(one.import_key),
        f"{one.imported_at:%Y-%m-%d %H:%M}",
        one.listener_name or "-",
        f"{one.added_count:,}",
        f"{one.shared_count:,}",
        told,
        what + "".join(f", {mark}" for mark in marks),
    )
