"""One moment of the ledger, and its rows on their way out: by COPY into files, a piece at a time.

A piece is what changes together: a table, or a listener's year of one. It comes as a file, so
that whoever takes it can read it at its own pace, and as a digest, so that nobody takes twice
what has not changed. The next pieces are fetched meanwhile, a few at most.
"""

from __future__ import annotations

import hashlib
import queue
import threading
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import IO

import psycopg2
from psycopg2.extensions import connection as Connection

from everheard.database.connect import refuse_unfinished, translate_errors
from everheard.database.statements import read_query
from everheard.export.queries import Form, Selection, render_query
from everheard.export.relations import ExportRelation
from everheard.files import open_file, remove_file

_BEGIN = """
    begin isolation level repeatable read read only;
    set local jit = off;
    set local work_mem = '64MB';
    set local timezone = 'UTC';
    set local datestyle = 'iso';
    set local synchronize_seqscans = off;
"""
#: Pieces that wait on the disk to be taken: beyond these the database waits.
_WAITING = 32
_BLOCK = 1 << 18
_STYLES = {
    "csv": "format csv",
    "text": "format text",
    # No character of JSON is one of these two, so nothing is quoted and nothing doubled.
    "lines": "format csv, quote e'\\x01', delimiter e'\\x02'",
}


@dataclass(frozen=True)
class Piece:
    """Rows that leave together, in a file of their own until the next piece is asked for."""

    relation: ExportRelation
    listener_key: int | None
    year: str
    path: Path
    row_count: int
    digest: str

    @property
    def name(self) -> str:
        """What it is called wherever it goes: ``bi/play/listener=1/year=2026``."""
        return name_piece(self.relation, self.listener_key, self.year)


def name_piece(relation: ExportRelation, listener_key: int | None, year: str) -> str:
    """Return the name of a piece; without a year, of a whole relation."""
    parts = [relation.schema, relation.name]
    if listener_key is not None:
        parts += [f"listener={listener_key}", f"year={year}"]
    return "/".join(parts)


@contextmanager
def hold_snapshot(connection: Connection) -> Iterator[None]:
    """Let a connection in autocommit mode read one moment of the ledger; it writes nothing."""
    with translate_errors(), connection.cursor() as cursor:
        cursor.execute(_BEGIN)
        try:
            cursor.execute("select version from warehouse.etl_schema")
            refuse_unfinished((cursor.fetchone() or (0,))[0])
            yield
        finally:
            if not connection.closed:
                with suppress(psycopg2.Error):
                    cursor.execute("rollback")


def read_pieces(
    connection: Connection,
    relations: Sequence[ExportRelation],
    selection: Selection,
    form: Form,
    folder: Path,
) -> Generator[Piece, None, None]:
    """Yield all pieces of relations; the file of each lives in ``folder`` until the next one.

    Within ``hold_snapshot``. Raises DatabaseTrouble, and OSError where the folder is full.
    """
    ready: queue.Queue[Piece | BaseException | None] = queue.Queue(_WAITING)
    reader = _Reader(connection, selection, form, folder, ready)
    worker = threading.Thread(target=reader.read_all, args=(relations,), daemon=True)
    worker.start()
    try:
        while (found := ready.get()) is not None:
            if isinstance(found, BaseException):
                with translate_errors():
                    raise found
            yield found
            remove_file(found.path)
    finally:
        reader.stop()
        worker.join()


class _Reader:
    """Fetches pieces in a thread of its own, for as long as somebody takes them."""

    def __init__(
        self,
        connection: Connection,
        selection: Selection,
        form: Form,
        folder: Path,
        ready: queue.Queue[Piece | BaseException | None],
    ) -> None:
        self._connection = connection
        self._selection = selection
        self.form = form
        self._folder = folder
        self._ready = ready
        self._numbers = count()
        self._is_stopped = False

    def read_all(self, relations: Sequence[ExportRelation]) -> None:
        try:
            for relation in relations:
                for listener_key in self._list_parts(relation):
                    for year in self._list_years(relation, listener_key):
                        self._read(relation, listener_key, year)
        except BaseException as error:  # noqa: BLE001 - told by whoever takes the pieces
            self._hand_over(error)
        else:
            self._hand_over(None)

    def stop(self) -> None:
        """Let the thread end soon, wherever it is."""
        self._is_stopped = True
        with suppress(psycopg2.Error):
            self._connection.cancel()
        while not self._ready.empty():
            self._ready.get_nowait()

    def _list_parts(self, relation: ExportRelation) -> tuple[int | None, ...]:
        return (self._selection.listener_keys or ()) if self._is_parted(relation) else (None,)

    def _list_years(
        self, relation: ExportRelation, listener_key: int | None
    ) -> Sequence[int | None]:
        """Return the years to ask for one by one, so that they are taken while the next comes.

        Whoever sorts by itself gets all of them at one reading, which costs the database less.
        """
        if self.form.style != "text" or not self._is_parted(relation):
            return (None,)
        with self._connection.cursor() as cursor:
            cursor.execute(read_query(relation.asks_years), {"listener": listener_key})
            first, last = cursor.fetchone() or (None, None)
        if first is None:
            return ()
        since = self._selection.since
        return range(max(first, since.year if since else first), last + 1)

    def _is_parted(self, relation: ExportRelation) -> bool:
        return self.form.is_by_year and bool(relation.moment)

    def _read(self, relation: ExportRelation, listener_key: int | None, year: int | None) -> None:
        splitter = _Splitter(self, relation, listener_key, is_by_year=self._is_parted(relation))
        with closing(splitter), self._connection.cursor() as cursor:
            query = render_query(relation, self._selection, self.form, listener_key, year)
            options = _STYLES[self.form.style] + (", header" if self.form.has_header else "")
            cursor.copy_expert(f"copy ({query}) to stdout ({options})", splitter, size=_BLOCK)
            splitter.finish()

    def open_file(self) -> tuple[Path, IO[bytes]]:
        path = self._folder / f"rows-{next(self._numbers)}"
        return path, open_file(path)

    def _hand_over(self, found: Piece | BaseException | None) -> None:
        while not self._is_stopped:
            with suppress(queue.Full):
                self._ready.put(found, timeout=0.1)
                return

    def hand_over(self, piece: Piece) -> None:
        self._hand_over(piece)
        if self._is_stopped:
            raise InterruptedError("nobody takes any more")


class _Splitter:
    """What COPY writes into, a row at a time: a file for each year."""

    def __init__(
        self,
        reader: _Reader,
        relation: ExportRelation,
        listener_key: int | None,
        *,
        is_by_year: bool,
    ) -> None:
        self._reader = reader
        self._relation = relation
        self._listener_key = listener_key
        self._is_by_year = is_by_year
        self._files: dict[bytes, _Growing] = {}

    def write(self, row: bytes) -> None:
        year = row[:4] if self._is_by_year else b""
        found = self._files.get(year)
        if found is None:
            found = self._files[year] = _Growing(*self._reader.open_file())
        found.row_count += 1
        found.file.write(row)

    def finish(self) -> None:
        """Hand over what came; a relation without rows is a piece, too, if it is in one."""
        if not self._files and not self._is_by_year:
            self._files[b""] = _Growing(*self._reader.open_file())
        for year, found in sorted(self._files.items()):
            found.file.seek(0)
            digest = hashlib.file_digest(found.file, "sha256").hexdigest()  # type: ignore[arg-type]
            found.file.close()
            self._reader.hand_over(
                Piece(
                    self._relation,
                    self._listener_key,
                    year.decode("ascii", "replace"),
                    found.path,
                    found.row_count - self._reader.form.has_header,
                    digest,
                )
            )

    def close(self) -> None:
        """Close every file, handed over or not."""
        for found in self._files.values():
            with suppress(OSError):  # no room for its last bytes: that was told already
                found.file.close()


@dataclass
class _Growing:
    path: Path
    file: IO[bytes]
    row_count: int = 0
