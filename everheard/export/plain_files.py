"""``csv:FOLDER`` and ``json:FILE``: files as COPY writes them, for spreadsheets and scripts."""

from __future__ import annotations

from abc import abstractmethod
from contextlib import closing
from pathlib import Path

from psycopg2.extensions import connection as Connection

from everheard.export.folder import ExportFolder
from everheard.export.queries import Form
from everheard.export.refusal import needing_place
from everheard.export.relations import ExportRelation, list_documents, read_bi
from everheard.export.snapshot import Piece
from everheard.export.target import Done, Reach, TakePieces, Target
from everheard.files import move

#: A text that begins like a formula is one in a spreadsheet: as everheard/rims/cells.py has it.
_CELL = (
    "case when {0} ~ '^[ ''\"]*[=+@\\t\\r\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}"
    "\N{FULLWIDTH HYPHEN-MINUS}\N{FULLWIDTH COMMERCIAL AT}-]' then '''' || {0} else {0} end"
)


class _PlainFiles(Target):
    """Files that hold a relation each, whole, as it came."""

    _files: ExportFolder

    def write(self, take: TakePieces, reach: Reach) -> Done:
        """Write what has changed, and put it in place."""
        done = Done()
        with (
            needing_place(Path(self.place)),
            self._files.work() as folder,
            closing(take(folder)) as pieces,
        ):
            for number, piece in enumerate(pieces):
                done.note(piece)
                name = self._name(piece)
                if not self._files.holds(name, piece.digest):
                    made = folder / f"{number}.made"
                    move(piece.path, made)
                    self._files.add(name, made, piece.digest, piece.row_count)
            done.written_count, done.gone_count = self._files.put_in_place(reach.covers)
        return done

    @abstractmethod
    def _name(self, piece: Piece) -> str:
        """Return the file that a relation goes to."""


class CsvFolder(_PlainFiles):
    """A folder of CSV files with a header, one for each view of the star."""

    form = Form(has_header=True, is_by_year=False, casts=(("text", _CELL),))

    def __init__(self, folder: Path) -> None:
        self.place = str(folder)
        self._files = ExportFolder(folder)

    def list_relations(self, connection: Connection) -> list[ExportRelation]:
        """Return the readers' star."""
        return read_bi(connection)

    def _name(self, piece: Piece) -> str:
        return f"{piece.relation.name}.csv"


class JsonFile(_PlainFiles):
    """A file of JSON lines: a play a line, with names."""

    form = Form(style="lines", is_by_year=False)

    def __init__(self, path: Path) -> None:
        self.place = str(path)
        self._file_name = path.name
        self._files = ExportFolder(path.parent, only=path.name)

    def list_relations(self, _connection: Connection) -> list[ExportRelation]:
        """Return the plays as documents."""
        return list_documents("plays")

    def _name(self, _piece: Piece) -> str:
        return self._file_name
