"""What became of every row of an import: added up, and told as one table."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, TextIO

from everheard.failure import ExitCode, Failure
from everheard.files import open_file
from everheard.places import find_real
from everheard.rims.cells import CellWriter
from everheard.rims.counted import say_counted
from everheard.rows import FileTally, SkippedRow, ToldTime
from everheard.sources.spotify_export.found import HistoryFile, show_name

#: Above this share of polled plays without a partner, the history may be somebody else's.
PARTNERLESS_SHARE = 0.05


_NUMBER = re.compile(r"_(\d{1,3})(?: ?\(\d+\))?\.json\b", re.IGNORECASE)


class FileSpan(NamedTuple):
    """What was read of one file: what it tells, and sums over its plays.

    ``is_in_order``: its rows are in the order of time. ``unreadable_count``: rows of which
    nobody can say when, or how long. ``whole_count``: rows that are a play or an
    episode, with its time.
    """

    first_told_at: datetime | None
    last_told_at: datetime | None
    is_in_order: bool
    read_count: int
    unreadable_count: int
    whole_count: int
    moved_count: int
    music_ms: int
    episode_ms: int

    @property
    def stretch(self) -> ToldTime | None:
        """Return from when to when it tells; None where it tells nothing."""
        if not self.first_told_at or not self.last_told_at:
            return None
        return ToldTime(self.first_told_at, self.last_told_at)


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
    music_ms: int = 0
    episode_ms: int = 0
    told: ToldTime | None = None
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
            self.music_ms += span.music_ms
            self.episode_ms += span.episode_ms
            self.told = _join(self.told, span.stretch)

    def add_judgement(self, polled_count: int, partnered_count: int) -> None:
        """Add how many plays were polled in the time of the import, and how many it tells, too."""
        self.polled_count += polled_count
        self.partnerless_count += polled_count - partnered_count

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
            f"{self.partnerless_count} of {say_counted(self.polled_count, 'polled play')} inside"
            " the history's span are not in it: is it the same listener's, and whole?"
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
        ("from", _format_day(tally.told.start if tally.told else None)),
        ("to", _format_day(tally.told.end if tally.told else None)),
        ("hours listened to music", _format_hours(tally.music_ms)),
        ("hours listened to podcasts and chapters", _format_hours(tally.episode_ms)),
        ("seconds taken", f"{seconds:,.1f}"),
    ]
    label_width = max(len(label) for label, _ in rows)
    value_width = max(len(value) for _, value in rows)
    return "\n".join(f"{label:<{label_width}}  {value:>{value_width}}" for label, value in rows)


def _format_hours(ms: int) -> str:
    """Return hours, with decimals where they are few: 0.43 hours are not 0."""
    hours = ms / 3_600_000
    return f"{hours:,.0f}" if hours >= 100 or not ms else f"{hours:.2f}"


def _format_day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d}" if moment else "–"


def _join(one: ToldTime | None, other: ToldTime | None) -> ToldTime | None:
    """Return from the first to the last moment of two stretches."""
    if not one or not other:
        return one or other
    return ToldTime(min(one.start, other.start), max(one.end, other.end))


class AudioFile(NamedTuple):
    """One audio file of an import: its number (None: it has none), and what was read of it.

    ``telling`` None: it was refused. ``content_digest`` tells two files of one number apart,
    ``container`` is the zip or folder it lies in.
    """

    name: str
    number: int | None
    source_name: str
    container: str
    content_digest: str
    telling: FileSpan | None


@dataclass
class ImportAccount:
    """What became of all that was read in one import, file by file and row by row."""

    tally: ImportTally = field(default_factory=ImportTally)
    #: What was refused, and why.
    refusals: list[tuple[str, str]] = field(default_factory=list)
    spans: list[tuple[HistoryFile, FileSpan]] = field(default_factory=list)
    #: Rows that did not become a play, with the files that their numbers count.
    skipped: list[tuple[Sequence[HistoryFile], Iterable[SkippedRow]]] = field(default_factory=list)
    _digests: dict[HistoryFile, str] = field(default_factory=dict)

    def add(
        self,
        files: Sequence[HistoryFile],
        spans: Mapping[int, FileSpan],
        digests: Mapping[int, str],
        refusals: Iterable[tuple[str, str]],
    ) -> None:
        """Note what was read of some files; spans and digests by their place among them."""
        self.refusals += refusals
        self.spans += [(files[number], span) for number, span in spans.items()]
        self._digests |= {files[number]: digest for number, digest in digests.items()}

    def add_skips(self, files: Sequence[HistoryFile], rows: Iterable[SkippedRow]) -> None:
        """Note rows that did not become a play; there may be a million."""
        self.tally.skips.update(row.reason for row in rows)
        self.skipped.append((files, rows))

    def list_audio(self, files: Iterable[HistoryFile]) -> Iterator[AudioFile]:
        """Yield the audio files of the import, those that were refused, too."""
        spans = dict(self.spans)
        for file in files:
            if file.is_audio:
                yield AudioFile(
                    file.name,
                    find_number(file.name),
                    file.source_name,
                    file.container,
                    self._digests.get(file, ""),
                    spans.get(file),
                )


def find_number(name: str) -> int | None:
    """Return which of a history's files a name says it is."""
    found = _NUMBER.search(name)
    return int(found[1]) if found else None


class BadReport(Failure):
    """The file that was named for what was left out cannot be written."""

    exit_code = ExitCode.BAD_INPUT


class SkipReport:
    """Every row that did not become a play, as CSV; with no path nothing is written.

    Only a report, an empty file or none is written over. Raises BadReport.
    """

    _COLUMNS = ("file_name", "row_number", "reason")

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file: TextIO | None = None
        if path:
            with self._telling():
                self._file = self._open(path)
        self._writer = CellWriter(self._file) if self._file else None
        self._write(self._COLUMNS)

    def add(self, files: Sequence[HistoryFile], rows: Iterable[SkippedRow]) -> None:
        """Write the skipped rows of one batch."""
        if self._writer:
            for row in rows:
                self._write((files[row.file_number].name, row.row_number, row.reason))

    def close(self) -> None:
        """Close the file, where there is one."""
        with self._telling():
            if self._file:
                self._file.close()

    def _write(self, row: tuple[object, ...]) -> None:
        with self._telling():
            if self._writer:
                self._writer.write(row)

    def _open(self, path: Path) -> TextIO:
        if not path.parent.is_dir():
            raise BadReport(f"{self._name} has no folder to be in: make it, or name another.")
        file = open_file(find_real(path))
        file.seek(0)
        start = ",".join(self._COLUMNS).encode()
        if file.read(len(start)) not in {start, b""}:
            file.close()
            raise BadReport(f"{self._name} is there and no report: name another file.")
        file.truncate(0)
        return io.TextIOWrapper(file, encoding="utf-8", newline="")

    @contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise BadReport(f"{self._name} cannot be written ({error.strerror}).") from None

    @property
    def _name(self) -> str:
        return f"The report {show_name(str(self._path))}"
