"""A database in one file, made beside and put in place whole; a table in it says what it holds.

Of what is there already only the pieces that changed are written anew, in a copy of the file.
"""

from __future__ import annotations

import hashlib
from abc import abstractmethod
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from psycopg2.extensions import connection as Connection

from everheard.export.refusal import RefusedTarget, needing_place
from everheard.export.relations import ExportRelation, read_bi
from everheard.export.snapshot import Piece
from everheard.export.target import Done, Reach, TakePieces, Target
from everheard.files import copy_file, keep_private, lend_folder, make_folder, move, remove_folder

#: The table by which a file is known as ours: a row a piece.
MARK = "everheard_export"
_SCHEMA = "schema"


class DatabaseFile(Target):
    """A file of the readers' star, with a table for each view."""

    def __init__(self, path: Path) -> None:
        self.place = str(path)
        self._path = path
        self._relations: list[ExportRelation] = []
        self._known: dict[str, str] | None = None
        if path.exists() or path.is_symlink():
            self._known = self._read_mark(path) if path.is_file() else None
            if self._known is None:
                raise RefusedTarget(
                    f"{path} is there and Everheard did not write it: it is left alone."
                    " Name another file."
                )

    def list_relations(self, connection: Connection) -> list[ExportRelation]:
        """Return the readers' star, each view after those that it refers to."""
        self._relations = read_bi(connection)
        return self._relations

    def write(self, take: TakePieces, reach: Reach) -> Done:
        """Bring a copy of the file up to date, and put it in the file's place if that changed."""
        done, shape = Done(), self._digest_shape()
        known = dict(self._known or {})
        is_new = known.pop(_SCHEMA, "") != shape
        known = {} if is_new else known
        with (
            needing_place(self._path),
            self._work() as (folder, real),
            _LazyCopy(self, folder / "working", is_new=is_new, shape=shape) as copy,
            closing(take(folder)) as pieces,
        ):
            seen = set()
            for piece in pieces:
                done.note(piece)
                seen.add(piece.name)
                if known.get(piece.name) != piece.digest:
                    self.replace(copy.open(), piece)
                    done.written_count += 1
            for name in sorted(known.keys() - seen):
                if reach.covers(name):
                    self.remove(copy.open(), name)
                    done.gone_count += 1
            if copy.close():
                keep_private(folder / "working")
                move(real / "working", self._path)
        return done

    @contextmanager
    def _work(self) -> Iterator[tuple[Path, Path]]:
        """Lend a folder beside the file, and how it is called whoever looks."""
        make_folder(self._path.parent)
        real = self._path.with_name(f".{self._path.name}.everheard-export")
        remove_folder(real)
        with lend_folder(real) as lent:
            yield lent, real

    def _digest_shape(self) -> str:
        return hashlib.sha256(repr(self._relations).encode()).hexdigest()

    def copy_to(self, path: Path, *, is_new: bool, shape: str) -> Any:
        """Open the copy that is worked on: of the file that is there, or with empty tables."""
        if not is_new:
            copy_file(self._path, path)
        opened = self.open(path)
        if is_new:
            self.create(opened, self._relations)
            self.note(opened, _SCHEMA, shape, 0)
        return opened

    def replace(self, opened: Any, piece: Piece) -> None:
        """Put a piece in the place of what was there of it."""
        self.remove(opened, piece.name)
        self.insert(opened, piece)
        self.note(opened, piece.name, piece.digest, piece.row_count)

    def remove(self, opened: Any, name: str) -> None:
        """Take a piece out."""
        _, relation, *place = name.split("/")
        where = ""
        if place:
            year = place[1].removeprefix("year=")
            where = (
                f" where listener_key = {int(place[0].removeprefix('listener='))}"
                f" and played_at_utc >= '{int(year):04}-01-01'"
                f" and played_at_utc < '{int(year) + 1:04}-01-01'"
            )
        opened.execute(f'delete from "{relation}"{where}')  # noqa: S608 - our own names
        opened.execute(f"delete from {MARK} where piece = ?", [name])  # noqa: S608

    def note(self, opened: Any, name: str, digest: str, rows: int) -> None:
        """Write down that a piece is in the file."""
        opened.execute(f"insert into {MARK} values (?, ?, ?)", [name, digest, rows])  # noqa: S608

    @abstractmethod
    def _read_mark(self, path: Path) -> dict[str, str] | None:
        """Return piece -> digest of a file of ours, None for any other."""

    @abstractmethod
    def open(self, path: Path) -> Any:
        """Open a file to write to."""

    @abstractmethod
    def create(self, opened: Any, relations: list[ExportRelation]) -> None:
        """Make the tables."""

    @abstractmethod
    def insert(self, opened: Any, piece: Piece) -> None:
        """Add the rows of a piece."""

    @abstractmethod
    def settle(self, opened: Any) -> None:
        """Do what is done once all rows are in, before the file is closed."""


class _LazyCopy:
    """The copy that is worked on, made when something has changed and not before."""

    def __init__(self, target: DatabaseFile, path: Path, *, is_new: bool, shape: str) -> None:
        self._target = target
        self._path = path
        self._is_new = is_new
        self._shape = shape
        self._opened: Any = None

    def __enter__(self) -> _LazyCopy:
        return self

    def __exit__(self, *_: object) -> None:
        if self._opened is not None:
            self._opened.close()

    def open(self) -> Any:
        """Return the copy, opened."""
        if self._opened is None:
            self._opened = self._target.copy_to(self._path, is_new=self._is_new, shape=self._shape)
        return self._opened

    def close(self) -> bool:
        """Settle and close the copy; say whether there is one."""
        if self._opened is None:
            return False
        self._target.settle(self._opened)
        self._opened.close()
        self._opened = None
        return True
