"""Batches of history files -> CSV for the ledger, by DuckDB, within a fixed piece of memory."""

from __future__ import annotations

import csv
import tempfile
from array import array
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from everheard.names import fold_name
from everheard.rows import SkippedRow, StagedCsv
from everheard.sources.spotify_export.engine import mend, needing_room, open_engine, read_sql
from everheard.sources.spotify_export.files import HistoryFile
from everheard.sources.spotify_export.tally import FileSpan
from everheard.sources.spotify_export.unpack import unpack_all

if TYPE_CHECKING:
    import duckdb

#: Batches that may be read before they are loaded.
READ_AHEAD = 2

#: Names that are folded at once: of more, Python would hold too many.
_NAMES_AT_ONCE = 50_000

#: The temporary tables of Postgres in the order they are filled.
STAGED_TABLES = (
    "staged_artist",
    "staged_album",
    "staged_album_artist",
    "staged_track",
    "staged_track_artist",
    "staged_show",
    "staged_episode",
    "staged_platform",
    "staged_play_detail",
    "staged_history_play",
    "staged_history_episode_play",
    "staged_telling",
    "staged_file",
    "staged_skip",
)


class SkippedRows:
    """The rows of a batch that do not become a play: read from its folder, as often as asked."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __iter__(self) -> Iterator[SkippedRow]:
        with self._path.open(encoding="utf-8", newline="") as file:
            for file_number, row_number, reason in csv.reader(file):
                yield SkippedRow(int(file_number), int(row_number), reason)


class Batch(NamedTuple):
    """Some files, read: by file number (the place in the list given to ``read``)."""

    tables: list[StagedCsv]
    spans: dict[int, FileSpan]
    #: What tells a file's content from any other's.
    digests: dict[int, str]
    #: Rows that do not become a play; there may be a million.
    skipped: SkippedRows
    refusals: list[tuple[str, str]]
    #: References of tracks that earlier batches have brought.
    earlier_refs: list[int]
    #: Where the tables' files are.
    folder: Path


class BatchReader:
    """Reads batches one after the other; ``folder`` is private and is emptied by its owner.

    A track is sent once an import: it keeps the reference of the batch that brought it, and
    the key which the ledger gave it is sent with every later batch that it is in.
    """

    def __init__(self, folder: Path, now: datetime) -> None:
        self._folder = folder
        #: By reference, which counts from 1 on; an import may hold millions.
        self._track_keys = array("q", [0])
        self._duckdb = open_engine(folder, now)
        self._thread = ThreadPoolExecutor(max_workers=1)
        self._ahead: deque[tuple[list[HistoryFile], Future[Batch]]] = deque()
        self._lent: list[tuple[list[HistoryFile], Batch]] = []

    def close(self) -> None:
        """Let go of DuckDB's memory and files."""
        self._thread.shutdown(cancel_futures=True)
        self._duckdb.close()

    def read_ahead(
        self, parts: Iterator[list[HistoryFile]]
    ) -> Iterator[tuple[list[HistoryFile], Batch]]:
        """Yield each part with its batch, while the next ones are being read: two cores' work.

        Batches stay on disk until the end (a tenth of the files' size). Called once more with
        the same iterator, for a load that begins again, it begins again with the first part.
        """
        for part, batch in self._lent:
            yield part, self._lend(batch)
        for part in parts:
            self._ahead.append((part, self._thread.submit(self.read, part)))
            if len(self._ahead) > READ_AHEAD:
                yield self._take()
        while self._ahead:
            yield self._take()

    def _take(self) -> tuple[list[HistoryFile], Batch]:
        part, future = self._ahead[0]
        batch = future.result()
        self._ahead.popleft()
        self._lent.append((part, batch))
        return part, self._lend(batch)

    def _lend(self, batch: Batch) -> Batch:
        return batch._replace(tables=[*batch.tables, self._write_earlier(batch)])

    def read(self, files: list[HistoryFile]) -> Batch:
        """Read files, judge and encode their rows, and write them as CSV.

        A file that cannot be read is refused by name and costs no other. Raises NoRoom.
        """
        with needing_room():
            return self._read_batch(files)

    def _read_batch(self, files: list[HistoryFile]) -> Batch:
        folder = Path(tempfile.mkdtemp(dir=self._folder))
        readable, digests, refusals = unpack_all(files, folder)
        for number, reason in self._read_entries(readable):
            refusals.append((files[number].name, reason))
        self._run(
            "create or replace table batch_file as select unnest(?::integer[]) as file_number,"
            " unnest(?::integer[]) as path_number, unnest(?::varchar[]) as file_name,"
            " unnest(?::varchar[]) as content_digest",
            [
                list(readable),
                list(range(1, len(readable) + 1)),  # in the order of the variable paths
                [files[number].name for number in readable],
                [digests[number] for number in readable],
            ],
        )
        self._encode()
        for path in folder.glob("*.json"):
            path.unlink()
        return Batch(
            tables=[self._write_csv(folder, table) for table in STAGED_TABLES],
            spans=self._read_spans(),
            digests=digests,
            skipped=SkippedRows(folder / "staged_skip.csv"),
            refusals=refusals,
            earlier_refs=[ref for (ref,) in self._read("earlier_ref")],
            folder=folder,
        )

    def note_keys(self, track_refs: list[int], track_keys: list[int]) -> None:
        """Take the keys that the ledger gave to a batch's tracks."""
        most = max(track_refs, default=0)
        if most >= len(self._track_keys):
            self._track_keys.extend(repeat(0, most + 1 - len(self._track_keys)))
        for ref, key in zip(track_refs, track_keys, strict=True):
            self._track_keys[ref] = key

    def _write_earlier(self, batch: Batch) -> StagedCsv:
        path = batch.folder / "staged_earlier_track.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            file.writelines(f"{ref},{self._track_keys[ref]}\n" for ref in batch.earlier_refs)
        return StagedCsv("staged_earlier_track", ("track_ref", "track_key"), path)

    def _read_entries(self, readable: dict[int, Path]) -> list[tuple[int, str]]:
        """Fill the table of entries; take out of ``readable`` what is beyond repair, with why."""
        return mend(readable, self._read_files)

    def _read_files(self, paths: Iterable[Path]) -> None:
        listed = [str(path) for path in paths] or [str(self._write_empty_file())]
        self._run("set variable paths = ?::varchar[]", [listed])
        self._run_file("entry")

    def _write_empty_file(self) -> Path:
        path = self._folder / "nothing.json"
        path.write_text("[]", encoding="utf-8")
        return path

    def _encode(self) -> None:
        self._run_file("spelling")
        is_all = False
        while not is_all:
            names = [name for (name,) in self._read(f"unfolded_name limit {_NAMES_AT_ONCE}")]
            self._run(
                "insert into folded_name select unnest(?::varchar[]), unnest(?::varchar[])",
                [names, [fold_name(name) for name in names]],
            )
            is_all = len(names) < _NAMES_AT_ONCE
        self._run_file("encode")
        self._run_file("staged")

    def _write_csv(self, folder: Path, table: str) -> StagedCsv:
        path = folder / f"{table}.csv"
        columns = [row[0] for row in self._run(f"describe {table}").fetchall()]
        self._run(f"copy (from {table}) to '{_quote(path)}' (format csv, header false)")
        return StagedCsv(table, tuple(columns), path)

    def _read_spans(self) -> dict[int, FileSpan]:
        return {
            number: FileSpan(_to_utc(first), _to_utc(last), *figures)
            for number, first, last, *figures in self._read("told_file")
        }

    def _read(self, table: str) -> list[tuple[Any, ...]]:
        return self._run(f"from {table}").fetchall()

    def _run_file(self, name: str) -> duckdb.DuckDBPyConnection:
        return self._duckdb.execute(read_sql(name))

    def _run(
        self, statement: str, parameters: list[object] | None = None
    ) -> duckdb.DuckDBPyConnection:
        return self._duckdb.execute(statement, parameters or [])


def _to_utc(moment: datetime | None) -> datetime | None:
    """DuckDB's bare times are UTC; the database would take them for times of its own zone."""
    return moment and moment.replace(tzinfo=UTC)


def _quote(path: Path) -> str:
    return str(path).replace("'", "''")
