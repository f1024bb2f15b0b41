"""One thing that was looked at: a mark, a sentence, and the cure where one is needed."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from everheard.rims.plain import to_line


class Mark(Enum):
    """How a check came out."""

    GOOD = "✓"
    NOTE = "·"
    SOON = "!"
    BAD = "✗"


class Check(NamedTuple):
    """One line of doctor's list. Only ``BAD`` makes it end with 1."""

    mark: Mark
    name: str
    says: str
    cure: str = ""

    def __str__(self) -> str:
        """Return the line as it is printed, the cure below it."""
        line = to_line(f"{self.mark.value} {self.name}: {self.says}")
        return f"{line}\n    → {to_line(self.cure)}" if self.cure else line


def good(name: str, says: str) -> Check:
    """Return a check that came out well."""
    return Check(Mark.GOOD, name, says)


def note(name: str, says: str, cure: str = "") -> Check:
    """Return something worth knowing that is no fault."""
    return Check(Mark.NOTE, name, says, cure)


def soon(name: str, says: str, cure: str) -> Check:
    """Return what will be a fault unless somebody acts."""
    return Check(Mark.SOON, name, says, cure)


def bad(name: str, says: str, cure: str) -> Check:
    """Return a fault and its cure."""
    return Check(Mark.BAD, name, says, cure)
