"""What an import covers: where nothing that was played can be missing from its files.

Spotify numbers the audio files of a history from 0. Those of today follow one another in time,
the old ones (endsong) hold a part of every year each. A file is good when it was read to its
end and every row could be read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import pairwise
from typing import NamedTuple

from everheard.rows import ToldSpan, ToldTime
from everheard.sources.spotify_export.tally import AudioFile, FileSpan

#: Files that overlap by more than this do not follow one another in time.
_OVERLAP = timedelta(days=1)


class _Good(NamedTuple):
    number: int
    source_name: str
    telling: FileSpan
    stretch: ToldTime


def find_covered(files: Sequence[AudioFile]) -> list[ToldSpan]:
    """Return the stretches of time that the audio files of one import cover.

    Each unbroken run of numbers of good files covers from the first to the last time it tells;
    old files only if they are all there. A file by itself covers what it tells if its rows are
    in the order of time. Whether files came in a folder, a zip or one by one is all the same;
    only where two claim one number, those of one zip or folder are a history by themselves.
    """
    contents: dict[int, set[str]] = {}
    for file in files:
        if file.number is not None:
            contents.setdefault(file.number, set()).add(file.content_digest)
    if all(len(same) == 1 for same in contents.values()):
        return _find_in_one(files)
    histories: dict[str, list[AudioFile]] = {}
    for file in files:
        histories.setdefault(file.container, []).append(file)
    return [span for history in histories.values() for span in _find_in_one(history)]


def _find_in_one(files: Sequence[AudioFile]) -> list[ToldSpan]:
    good, alone = _sort_files(files)
    runs = list(_find_runs(good))
    if _are_old(files, good):
        runs = runs if _is_whole(runs, files) else []
    else:
        runs = [run for run in runs if len(run) > 1 or run[0].telling.is_in_order]
    spans = [_cover(run) for run in runs]
    return spans + [ToldSpan(stretch.start, stretch.end, False, name) for name, stretch in alone]


def _sort_files(files: Iterable[AudioFile]) -> tuple[list[_Good], list[tuple[str, ToldTime]]]:
    """Return the good files by number, and the stretches of good files without a number."""
    by_number: dict[int, dict[str, AudioFile]] = {}
    alone = []
    for file in files:
        stretch = _find_stretch(file)
        if file.number is not None:
            by_number.setdefault(file.number, {})[file.content_digest] = file
        elif stretch and file.telling and file.telling.is_in_order:
            alone.append((file.source_name, stretch))
    good = []
    for number, same in sorted(by_number.items()):
        (file, *others) = same.values()
        stretch = _find_stretch(file)
        # Two that claim one number are of two histories: neither is known to be whole.
        if stretch and file.telling and not others:
            good.append(_Good(number, file.source_name, file.telling, stretch))
    return good, alone


def _find_stretch(file: AudioFile) -> ToldTime | None:
    """Return what a good file tells; None of any other."""
    telling = file.telling
    if not telling or telling.unreadable_count or not telling.stretch:
        return None
    return telling.stretch


def _find_runs(good: Sequence[_Good]) -> Iterator[list[_Good]]:
    run: list[_Good] = []
    for file in good:
        if run and file.number != run[-1].number + 1:
            yield run
            run = []
        run.append(file)
    if run:
        yield run


def _are_old(files: Iterable[AudioFile], good: Sequence[_Good]) -> bool:
    """Tell whether each file holds a part of every year: by their names, or by what they tell."""
    return any(file.name.lower().startswith("endsong") for file in files) or any(
        later.stretch.start < earlier.stretch.end - _OVERLAP for earlier, later in pairwise(good)
    )


def _is_whole(runs: Sequence[Sequence[_Good]], files: Iterable[AudioFile]) -> bool:
    """Tell whether old files are all there: from 0 on, and the last is not full, unlike others."""
    numbers = {file.number for file in files if file.number is not None}
    if len(runs) != 1 or numbers != set(range(len(numbers))) or len(runs[0]) != len(numbers):
        return False
    *others, last = (file.telling.read_count for file in runs[0])
    return bool(others) and last < min(others)


def _cover(run: Sequence[_Good]) -> ToldSpan:
    return ToldSpan(
        min(file.stretch.start for file in run),
        max(file.stretch.end for file in run),
        run[0].number == 0,
        run[0].source_name,
    )
