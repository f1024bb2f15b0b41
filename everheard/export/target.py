"""What every target of an export can do, and what it tells of what it did."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from psycopg2.extensions import connection as Connection

from everheard.export.queries import Form, Selection
from everheard.export.relations import ExportRelation
from everheard.export.snapshot import Piece

#: Lends the pieces, each in a file below a folder.
TakePieces = Callable[[Path], Generator[Piece, None, None]]
_PLACE = re.compile(r"listener=(\d+)/year=(\d+)")


@dataclass
class Done:
    """What an export did. ``written_count`` are files, or what a target has instead of them."""

    row_count: int = 0
    play_count: int = 0
    written_count: int = 0
    gone_count: int = 0

    def note(self, piece: Piece) -> None:
        """Add a piece that was read."""
        self.row_count += piece.row_count
        if piece.relation.name in {"play", "plays"}:
            self.play_count += piece.row_count

    def add(self, other: Done) -> None:
        """Add what was done at another target."""
        self.row_count += other.row_count
        self.play_count += other.play_count
        self.written_count += other.written_count
        self.gone_count += other.gone_count


@dataclass(frozen=True)
class Reach:
    """What an export answers for at its target; what is outside stays there as it is."""

    selection: Selection

    def covers(self, name: str) -> bool:
        """Say whether a piece of that name, if the ledger has it, has been read."""
        since = self.selection.since
        found = _PLACE.search(name)
        if since is None or found is None:
            return True
        return int(found[2]) >= since.year and int(found[1]) in (self.selection.listener_keys or ())


class Target(ABC):
    """Where rows go. ``place`` is how it is called in sentences."""

    form: ClassVar[Form]
    place: str

    @abstractmethod
    def list_relations(self, connection: Connection) -> list[ExportRelation]:
        """Return what goes there."""

    @abstractmethod
    def write(self, take: TakePieces, reach: Reach) -> Done:
        """Make the target hold what is taken, whole or not at all, and no more within reach."""
