"""A folder that ``export parquet:FOLDER`` wrote, read again as what it takes to make the ledger."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from psycopg2.extensions import connection as Connection

from everheard.export.archive import Backup, BackupTable, BadBackup
from everheard.export.engine import name_kind, open_writer, quote, render_reading
from everheard.export.folder import RECORD, ExportFolder
from everheard.export.queries import Form, Selection
from everheard.export.relations import read_tables
from everheard.export.snapshot import hold_snapshot, read_pieces

_FOLDERS = ("star", "ledger")
#: What tells whether a ledger holds what the folder does: all that was played and observed.
_TELLING = ("fact_play", "fact_episode_play", "source_")


def read_export(folder: Path) -> Backup:
    """Return the tables of a folder; raise BadBackup where it is no whole export of ours."""
    if not (folder / RECORD).is_file():
        raise BadBackup(f"{folder} is no folder that `export parquet:FOLDER` wrote.")
    damaged = ExportFolder(folder).find_damaged()
    if damaged:
        raise BadBackup(f"{folder / damaged[0]} is missing or has changed: export again.")
    tables = []
    with open_writer(folder) as engine:
        for name, source in sorted(_find_tables(folder).items()):
            described = engine.execute(f"describe from {source}").fetchall()
            (rows,) = engine.execute(f"select count(*) from {source}").fetchone() or (0,)  # noqa: S608
            columns = tuple(str(column) for column, *_ in described)
            if not all(word.isidentifier() for word in (name, *columns)):  # they become SQL
                raise BadBackup(f"{folder} has a table or column that no ledger has.")
            tables.append(BackupTable(name, columns, rows, "", source, _find_lists(name)))
        version = _read_version(engine, folder)
    return Backup(version, datetime.now(UTC), tuple(tables), {})


def _find_tables(folder: Path) -> dict[str, str]:
    """Return table -> DuckDB's words for its rows."""
    found: dict[str, str] = {}
    for part in _FOLDERS:
        for path in (folder / part).iterdir():
            pattern = path if path.is_file() else path / "*" / "*" / "*.parquet"
            source = f"read_parquet({quote(str(pattern))}, hive_partitioning = false)"
            found[path.name.removesuffix(".parquet")] = source
    return found


def _find_lists(name: str) -> tuple[str, ...]:
    return {"etl_import": ("source_names",), "fact_album_rank_year": ("ranks",)}.get(name, ())


def _read_version(engine: Any, folder: Path) -> int:
    path = quote(str(folder / "ledger" / "etl_schema.parquet"))
    (version,) = engine.execute(f"select version from {path}").fetchone() or (0,)  # noqa: S608
    return int(version)


def count_missing(connection: Connection, export: Backup, folder: Path) -> int:
    """Return how many rows of a folder a ledger lacks, of what was played and observed."""
    relations = [one for one in read_tables(connection) if one.name.startswith(_TELLING)]
    sources = {table.name: table.source for table in export.tables}
    form = Form(is_by_year=False)
    missing = 0
    with hold_snapshot(connection), open_writer(folder) as engine:
        for piece in read_pieces(connection, relations, Selection(None), form, folder):
            if (source := sources.get(piece.relation.name)) is not None:
                columns = ", ".join(
                    f'"{column.name}"::{name_kind(column.kind)}'
                    for column in piece.relation.columns
                )
                held = render_reading(piece.relation, piece.path)
                query = f"select count(*) from (select {columns} from {source} except all ({held}))"  # noqa: S608
                (count,) = engine.execute(query).fetchone() or (0,)
                missing += int(count)
    return missing
