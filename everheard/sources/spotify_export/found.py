"""What was found where somebody looked for a history."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from everheard.sources.spotify_export.content import Content

#: So many files that were passed over are named.
_MOST_NAMED = 20
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


@dataclass(frozen=True)
class HistoryFile:
    """One file of an extended history: in a folder, or a member of a zip.

    ``source_name``: the zip's name, or the file's own; what its time span is counted under.
    """

    name: str
    content: Content
    #: Its name inside the outermost zip, with folders; None for a file on disk.
    member: str | None
    is_audio: bool
    size: int
    source_name: str

    @property
    def path(self) -> Path:
        """Return where it lies on disk, or what it is wrapped in lies."""
        return self.content.path

    @property
    def container(self) -> str:
        """Return the zip or folder that it lies in."""
        return str(self.path if self.member else self.path.parent)

    def read_chunks(self, size: int) -> Iterator[bytes]:
        """Yield the content in chunks; raise Refused where it cannot be read."""
        with self.content.open() as stream:
            while chunk := stream.read(size):
                yield chunk


@dataclass
class FoundFiles:
    """What lies in the places that were named; ``refusals``: (name, what is wrong with it)."""

    files: list[HistoryFile] = field(default_factory=list)
    #: (name, what it is) of files that hold something else.
    passed_over: list[tuple[str, str]] = field(default_factory=list)
    refusals: list[tuple[str, str]] = field(default_factory=list)


def describe_passed_over(passed_over: list[tuple[str, str]]) -> str:
    """Return what a person reads of files that hold something else than a history."""
    lines = [f"  {name}: {telling}" for name, telling in passed_over[:_MOST_NAMED]]
    more = len(passed_over) - len(lines)
    return "\n".join(["Passed over:", *lines, *([f"  and {more:,} more"] if more else [])])


def show_name(name: str) -> str:
    """Return a file's name as text that can be printed, stored and sent: it may be any bytes."""
    return _UNPRINTABLE.sub("\ufffd", name)
