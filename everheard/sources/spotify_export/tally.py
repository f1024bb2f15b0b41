"""What became of every row of an import: added up, and told as one table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from everheard.rims.cells import CellWriter
from everheard.rows import FileTally, SkippedRow, Span
from everheard.sources.spotify_export.files import HistoryFile

#: Above this share of polled plays without a partner, the history may be somebody else's.
PARTNERLESS_SHARE = 0.05


class FileSpan(NamedTuple):
    """What was read of one file: its plays' time span, and sums over them."""

    first_played_at: datetime
    last_played_at: datetime
    moved_count: int
    listened_ms: int


@dataclass
class ImportTally:
    """The sums of one import; ``read_count`` is the sum of all that its rows became."""

    file_count: int = 0
    read_count: int = 0
    added_count: int = 0
    matched_count: int = 0
    known_count: int = 0
    episode_count: int = 0
    unattributed_count: int = 0
    skipped_count: int = 0
    skips: Counter[str] = field(default_factory=Counter)
    moved_count: int = 0
    listened_ms: int = 0
    first_played_at: datetime | None = None
    last_played_at: datetime | None = None
    gap_closed_count: int = 0
    polled_count: int = 0
    partnerless_count: int = 0
    #: Files beside the history, which hold something else.
    passed_over_count: int = 0

    @property
    def new_count(self) -> int:
        """Return how many rows are in the ledger now that were not before."""
        return self.added_count + self.matched_count + self.episode_count + self.unattributed_count

    def add_file(self, file: FileTally, span: FileSpan | None) -> None:
        """Add what became of one file."""
        self.file_count += 1
        for name in FileTally._fields[1:]:
            setattr(self, name, getattr(self, name) + getattr(file, name))
        if span:
            self.moved_count += span.moved_count
            self.listened_ms += span.listened_ms
            self.first_played_at = min(filter(None, (self.first_played_at, span.first_played_at)))
            self.last_played_at = max(filter(None, (self.last_played_at, span.last_played_at)))

    def add_skips(self, rows: Iterable[SkippedRow]) -> None:
        """Count the reasons why rows were skipped."""
        self.skips.update(row.reason for row in rows)

    def add_coverage(self, closed_count: int, polled_count: int, partnerless_count: int) -> None:
        """Add what the import means for gaps and polled plays in its span."""
        self.gap_closed_count += closed_count
        self.polled_count += polled_count
        self.partnerless_count += partnerless_count

    def tell(self) -> dict[str, str]:
        """Return the figures of the last line, by name."""
        return {
            "files": str(self.file_count),
            "read": str(self.read_count),
            "added": str(self.added_count),
            "known": str(self.known_count),
            "matched": str(self.matched_count),
            "episodes": str(self.episode_count),
            "unattributed": str(self.unattributed_count),
            "skipped": str(self.skipped_count),
            "gaps closed": str(self.gap_closed_count),
        }

    def find_doubts(self) -> list[str]:
        """Return a warning where polled plays that the history should hold are not in it."""
        if self.partnerless_count <= PARTNERLESS_SHARE * self.polled_count:
            return []
        return [
            f"{self.partnerless_count} of {self.polled_count} polled plays inside the history's"
            " span are not in it: is it the same listener's, and whole?"
        ]


def describe_tally(tally: ImportTally, seconds: float) -> str:
    """Return the table that a person reads after an import."""
    rows: list[tuple[str, str]] = [
        ("files", f"{tally.file_count:,}"),
        ("files passed over", f"{tally.passed_over_count:,}"),
        ("rows read", f"{tally.read_count:,}"),
        ("plays added", f"{tally.added_count:,}"),
        ("plays already known", f"{tally.known_count:,}"),
        ("matched with polled plays", f"{tally.matched_count:,}"),
        ("podcasts and chapters", f"{tally.episode_count:,}"),
        ("unattributed", f"{tally.unattributed_count:,}"),
        ("skipped", f"{tally.skipped_count:,}"),
        *((f"  {reason}", f"{count:,}") for reason, count in sorted(tally.skips.items())),
        ("gaps closed", f"{tally.gap_closed_count:,}"),
        ("polled plays not in it", f"{tally.partnerless_count:,} of {tally.polled_count:,}"),
        ("offline plays set to when they were heard", f"{tally.moved_count:,}"),
        ("from", _format_day(tally.first_played_at)),
        ("to", _format_day(tally.last_played_at)),
        ("hours listened", f"{tally.listened_ms / 3_600_000:,.0f}"),
        ("seconds taken", f"{seconds:,.1f}"),
    ]
    label_width = max(len(label) for label, _ in rows)
    value_width = max(len(value) for _, value in rows)
    return "\n".join(f"{label:<{label_width}}  {value:>{value_width}}" for label, value in rows)


def _format_day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d}" if moment else "–"


def find_spans(files: Iterable[tuple[HistoryFile, FileSpan]]) -> list[Span]:
    """Return the stretches of time that audio files cover: a zip's as one, others each its own."""
    spans: dict[tuple[str, str], Span] = {}
    for file, span in files:
        if file.is_audio:
            key = (str(file.path), "" if file.member else file.name)
            known = spans.get(key)
            first, last = span.first_played_at, span.last_played_at
            if known:
                first, last = min(first, known.start), max(last, known.end)
            spans[key] = Span(first, last, file.source_name)
    return list(spans.values())


class SkipReport:
    """Every row that did not become a play, as CSV; with no path nothing is written."""

    def __init__(self, path: Path | None) -> None:
        self._file = path.open("w", encoding="utf-8", newline="") if path else None
        self._writer = CellWriter(self._file) if self._file else None
        self._write(("file_name", "row_number", "reason"))

    def add(self, files: list[HistoryFile], rows: Iterable[SkippedRow]) -> None:
        """Write the skipped rows of one batch."""
        for row in rows:
            self._write((files[row.file_number].name, row.row_number, row.reason))

    def close(self) -> None:
        """Close the file, where there is one."""
        if self._file:
            self._file.close()

    def _write(self, row: tuple[object, ...]) -> None:
        if self._writer:
            self._writer.write(row)
