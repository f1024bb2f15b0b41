"""``duckdb:FILE``: one file for DuckDB, a table for each view of the star."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from everheard.export.database_file import MARK, DatabaseFile
from everheard.export.engine import configure, name_kind, render_reading
from everheard.export.queries import Form
from everheard.export.relations import ExportRelation
from everheard.export.snapshot import Piece

if TYPE_CHECKING:
    import duckdb


class DuckdbFile(DatabaseFile):
    """A file of DuckDB. Keys are not declared: an index of a million plays helps no question."""

    form = Form()

    def _read_mark(self, path: Path) -> dict[str, str] | None:
        import duckdb

        try:
            with duckdb.connect(path, read_only=True, config=configure(path.parent)) as file:
                return dict(file.execute(f"select piece, digest from {MARK}").fetchall())  # noqa: S608
        except duckdb.Error:
            return None

    def open(self, path: Path) -> duckdb.DuckDBPyConnection:
        """Open a file that nobody else looks at."""
        import duckdb

        opened = duckdb.connect(path, config=configure(path.parent))
        opened.execute("set timezone = 'UTC'")
        opened.execute("set enable_progress_bar = false")
        opened.execute("begin")
        return opened

    def create(self, opened: duckdb.DuckDBPyConnection, relations: list[ExportRelation]) -> None:
        """Make the tables."""
        opened.execute(f"create table {MARK} (piece varchar, digest varchar, rows bigint)")
        for relation in relations:
            columns = ", ".join(
                f'"{column.name}" {name_kind(column.kind)}' for column in relation.columns
            )
            opened.execute(f'create table "{relation.name}" ({columns})')

    def insert(self, opened: duckdb.DuckDBPyConnection, piece: Piece) -> None:
        """Add the rows of a piece."""
        reading = render_reading(piece.relation, piece.path)
        opened.execute(f'insert into "{piece.relation.name}" {reading}')

    def settle(self, opened: duckdb.DuckDBPyConnection) -> None:
        """Commit, and leave nothing beside the file."""
        opened.execute("commit")
        opened.execute("checkpoint")
