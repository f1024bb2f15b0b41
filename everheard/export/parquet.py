"""``parquet:DIR``: the ledger's star and the readers' star, for DuckDB, Spark, Snowflake, BigQuery.

A file for each table; for plays one for each listener and year, in folders that those programs
take for columns. ``star`` holds the facts and dimensions as they are stored, ``bi`` what the
views make of them, with local time and listened time worked out, ``ledger`` what else it takes
to make the same ledger again.
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from psycopg2.extensions import connection as Connection

from everheard.export.engine import open_writer, quote, render_reading
from everheard.export.folder import ExportFolder
from everheard.export.queries import Form
from everheard.export.refusal import needing_place
from everheard.export.relations import ExportRelation, read_bi, read_tables
from everheard.export.snapshot import Piece
from everheard.export.target import Done, Reach, TakePieces, Target
from everheard.files import write_file

#: What is derived from the rest, and queues of work that a run leaves to the next.
LEFT_OUT = (
    "summary_", "etl_summary", "etl_lock", "etl_touched", "etl_changed", "etl_quota", "etl_run",
)  # fmt: skip


class ParquetFolder(Target):
    """A folder of Parquet files, compressed with zstd."""

    form = Form()

    def __init__(self, folder: Path) -> None:
        self.place = str(folder)
        self._files = ExportFolder(folder)

    def list_relations(self, connection: Connection) -> list[ExportRelation]:
        """Return both stars; plays go first, for they are the most."""
        relations = [*read_bi(connection), *read_tables(connection, leave_out=LEFT_OUT)]
        return sorted(relations, key=lambda one: (one.name != "play", not one.moment))

    def write(self, take: TakePieces, reach: Reach) -> Done:
        """Write what has changed, and put it in place."""
        done = Done()
        with (
            needing_place(self._files.folder),
            self._files.work() as folder,
            open_writer(folder) as engine,
            closing(take(folder)) as pieces,
        ):
            for number, piece in enumerate(pieces):
                done.note(piece)
                name = _name_file(piece)
                if self._files.holds(name, piece.digest):
                    continue
                made = folder / f"{number}.parquet"
                write_file(made, b"")  # its owner's alone from the first byte on
                engine.execute(
                    f"copy ({render_reading(piece.relation, piece.path)}) to {quote(str(made))}"
                    " (format parquet, compression zstd, use_tmp_file false)"
                )
                self._files.add(name, made, piece.digest, piece.row_count)
            done.written_count, done.gone_count = self._files.put_in_place(reach.covers)
        return done


def _name_file(piece: Piece) -> str:
    relation = piece.relation
    folder = _find_folder(relation)
    if piece.listener_key is None:
        return f"{folder}/{relation.name}.parquet"
    place = f"listener={piece.listener_key}/year={piece.year}"
    return f"{folder}/{relation.name}/{place}/{relation.name}.parquet"


def _find_folder(relation: ExportRelation) -> str:
    if relation.schema == "bi":
        return "bi"
    return "star" if relation.name.startswith(("fact_", "dim_", "bridge_")) else "ledger"
