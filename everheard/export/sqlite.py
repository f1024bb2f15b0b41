"""``sqlite:FILE``: one file that Datasette, DB Browser and every language open, with its keys."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from everheard.export.database_file import MARK, DatabaseFile
from everheard.export.queries import Form, order_columns
from everheard.export.relations import ExportRelation
from everheard.export.snapshot import Piece

#: What COPY's text format writes instead of a letter.
_ESCAPED = re.compile(r"\\(.)")
_LETTERS = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v"}
_KINDS = {"smallint": "integer", "integer": "integer", "bigint": "integer", "boolean": "integer"}


class SqliteFile(DatabaseFile):
    """A file of SQLite. Moments are texts in UTC or on the listener's clock, truth is 1 or 0."""

    form = Form(style="text", casts=(("boolean", "{}::integer"),))

    def _read_mark(self, path: Path) -> dict[str, str] | None:
        try:
            with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as file:
                return dict(file.execute(f"select piece, digest from {MARK}"))  # noqa: S608
        except sqlite3.DatabaseError:
            return None

    def open(self, path: Path) -> sqlite3.Connection:
        """Open a file that nobody else looks at: a crash costs nothing but the copy."""
        opened = sqlite3.connect(path, isolation_level=None)
        opened.executescript(
            "pragma journal_mode = off; pragma synchronous = off; pragma cache_size = -65536;"
            " begin;"
        )
        return opened

    def create(self, opened: sqlite3.Connection, relations: list[ExportRelation]) -> None:
        """Make the tables with their keys."""
        opened.execute(f"create table {MARK} (piece text primary key, digest text, rows integer)")
        for relation in relations:
            opened.execute(_render_table(relation))

    def insert(self, opened: sqlite3.Connection, piece: Piece) -> None:
        """Add the rows of a piece."""
        columns = order_columns(piece.relation)
        names = ", ".join(f'"{column.name}"' for column in columns)
        places = ", ".join("?" * len(columns))
        opened.executemany(
            f'insert into "{piece.relation.name}" ({names}) values ({places})',  # noqa: S608
            read_rows(piece.path),
        )

    def settle(self, opened: sqlite3.Connection) -> None:
        """Make the indexes that are missing, and commit."""
        for relation in self._relations:
            for key in relation.foreign_keys:
                # Of the many plays only by what leads from a song to them.
                if key.column in {"track_key", "artist_key", "album_key"} and (
                    key.column != relation.key[0]
                ):
                    opened.execute(
                        f"create index if not exists {relation.name}_{key.column}_ix"
                        f' on "{relation.name}" ("{key.column}")'
                    )
        opened.execute("commit")


def _render_table(relation: ExportRelation) -> str:
    """Return the statement that makes a table."""
    lines = [f'"{column.name}" {_name_kind(column.kind)}' for column in relation.columns]
    lines.append(f"primary key ({', '.join(relation.key)})")
    lines += [
        f'foreign key ({key.column}) references "{key.relation}" ({key.target})'
        for key in relation.foreign_keys
    ]
    return f'create table "{relation.name}" ({", ".join(lines)})'


def _name_kind(kind: str) -> str:
    if kind.startswith(("numeric", "double")):
        return "real"
    return _KINDS.get(kind, "text")


def read_rows(path: Path) -> Iterator[list[str | None]]:
    """Yield the rows of COPY's text format; numbers stay texts, which SQLite's columns turn."""
    with path.open(encoding="utf-8", newline="\n") as file:
        for line in file:
            fields = [None if field == r"\N" else field for field in line[:-1].split("\t")]
            # Nulls are frequent, and other escapes rare.
            if "\\" in line.replace(r"\N", ""):
                yield [_ESCAPED.sub(_unescape, field) if field else field for field in fields]
            else:
                yield fields


def _unescape(found: re.Match[str]) -> str:
    return _LETTERS.get(found[1], found[1])
