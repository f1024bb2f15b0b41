"""Whether what was read can be the listener's history: judged before anything of it is kept."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from everheard.sources.spotify_export.archive import Refused
from everheard.sources.spotify_export.files import HistoryFile
from everheard.sources.spotify_export.keys import EXPECTED_KEYS, KNOWN_KEYS
from everheard.sources.spotify_export.tally import FileSpan

#: Fewer rows, or fewer polled plays, say nothing about the rest.
_ENOUGH = 20
#: More in seven days (of 168 hours) is more than one person hears.
_MOST_WEEK_MS = 185 * 3_600_000
_HEAD_SIZE = 1 << 18
_LONGEST_NAME = 40


def judge_files(files: Iterable[tuple[HistoryFile, FileSpan]]) -> list[str]:
    """Return what speaks against each file: few of its rows are plays, or none can be read."""
    faults = []
    for file, span in files:
        is_unreadable = 0 < span.read_count == span.unreadable_count
        is_strange = span.read_count >= _ENOUGH and 2 * span.whole_count < span.read_count
        if is_unreadable or is_strange:
            said = f"{file.name}: {span.whole_count:,} of {span.read_count:,} rows are plays"
            faults.append(said + _tell_keys(file))
    return faults


def judge_plays(
    polled_count: int, partnered_count: int, busiest_ms: int, busiest_from: datetime | None
) -> list[str]:
    """Return what speaks against an import as a whole, beside what the ledger knows."""
    faults = []
    if polled_count >= _ENOUGH and 2 * partnered_count < polled_count:
        faults.append(
            f"{partnered_count:,} of the {polled_count:,} plays that Spotify has shown in its time"
            " are in it: it is somebody else's, or a part of a history"
        )
    if busiest_ms > _MOST_WEEK_MS and busiest_from:
        faults.append(
            f"{busiest_ms / 3_600_000:,.0f} hours were heard in the seven days from"
            f" {busiest_from:%Y-%m-%d}, which have 168: it is of more than one person"
        )
    return faults


def find_strange_keys(file: HistoryFile) -> list[str]:
    """Return the keys in most of a file's first rows that no history had so far."""
    rows = list(_read_first_rows(file))
    count = Counter(key for row in rows for key in row)
    return sorted(key for key in count if key not in KNOWN_KEYS and 2 * count[key] > len(rows))


def tell_strange_keys(files: Iterable[HistoryFile]) -> list[str]:
    """Return one sentence for all keys of an import that no history had so far, if there are."""
    strange = sorted({key for file in files for key in find_strange_keys(file)})
    if not strange:
        return []
    return [f"Keys that no history had so far are not read: {_list_names(strange)}"]


def _tell_keys(file: HistoryFile) -> str:
    strange = find_strange_keys(file)
    present = {key for row in _read_first_rows(file) for key in row}
    missing = sorted(EXPECTED_KEYS - present)
    told = ""
    if strange:
        told += f"; keys never seen before: {_list_names(strange)}"
    if missing:
        told += f"; expected, and not there: {_list_names(missing)}"
    return told


def _list_names(names: Iterable[str]) -> str:
    """Return names for one line; they come from a file that may be anybody's."""
    shown = [name[:_LONGEST_NAME] for name in names if name.isprintable()][:20]
    return ", ".join(shown) or "names that cannot be shown"


def _read_first_rows(file: HistoryFile) -> Iterator[dict[str, Any]]:
    """Yield the first rows that are whole; nothing where a file is not a list of them."""
    try:
        text = next(file.read_chunks(_HEAD_SIZE), b"").decode("utf-8-sig", "replace")
    except Refused:
        return
    decoder = json.JSONDecoder()
    place = text.find("{")
    while place >= 0:
        try:
            row, place = decoder.raw_decode(text, place)
        except (ValueError, RecursionError):
            return
        if isinstance(row, dict):
            yield row
        place = text.find("{", place)
