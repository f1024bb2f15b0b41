"""Which files of what a person names hold a listening history."""

from __future__ import annotations

import glob
import re
import sys
from collections.abc import Iterable, Iterator
from itertools import chain, islice, repeat
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from everheard.rims.terminal import find_bare
from everheard.sources.spotify_export.found import FoundFiles, HistoryFile, show_name
from everheard.sources.spotify_export.place import NamedPlace

if TYPE_CHECKING:
    from tqdm import tqdm

__all__ = ["FoundFiles", "HistoryFile", "find_sources", "show_progress", "split_batches"]

#: More bytes than this are not read at once: what is held of a batch grows with it.
LARGEST_BATCH = 250 * 1024**2


def find_sources(arguments: Iterable[str], *, accepts_large: bool = False) -> FoundFiles:
    """Look into files, folders, zips and patterns; whatever holds no history is refused by name."""
    found = FoundFiles()
    seen: set[Path] = set()
    for argument in arguments:
        name = show_name(Path(argument).name or argument)
        try:
            places = list(_expand(argument))
            for path, inside in places:
                NamedPlace(path, inside, found, seen, accepts_large=accepts_large).look()
        except (OSError, RuntimeError, ValueError) as error:  # RuntimeError: nobody's ~
            reason = getattr(error, "strerror", None) or str(error)
            found.refusals.append((name, f"cannot be looked at ({reason})"))
            continue
        if not places:
            found.refusals.append((name, "is not there"))
    found.files.sort(key=_place_in_time)
    return found


def _expand(argument: str) -> Iterator[tuple[Path, str]]:
    """Yield what an argument names, and what inside it; Windows leaves wildcards to us.

    A place inside a zip, which Windows shows as a folder, comes as the zip and the place there.
    """
    path = Path(argument).expanduser()
    if path.exists():
        yield path, ""
        return
    names = glob.glob(str(path), recursive=True)  # noqa: PTH207 (a pattern may be absolute)
    yield from ((Path(name), "") for name in sorted(names))
    outer = next((parent for parent in path.parents if parent.is_file()), None)
    if outer and not names:
        yield outer, path.relative_to(outer).as_posix()


def _place_in_time(file: HistoryFile) -> tuple[object, ...]:
    """Sort _10 after _2; only the speed of the import depends on it."""
    numbers = [int(digits) for digits in re.findall(r"[0-9]{1,18}", file.name)]
    return not file.is_audio, numbers[:1], numbers[-1:], file.name, str(file.path)


def split_batches(files: list[HistoryFile], size: int) -> Iterator[list[HistoryFile]]:
    """Yield the files a few at a time; at first fewer, so that loading begins early."""
    sizes = chain((size // 12, size // 3), repeat(size)) if len(files) > size else repeat(size)
    rest = iter(files)
    while part := list(islice(rest, next(sizes))):
        yield from _split_large(part) if len(files) > size else [part]


def _split_large(files: list[HistoryFile]) -> Iterator[list[HistoryFile]]:
    """Yield a batch, or parts of it where its files are larger than those of a history."""
    part: list[HistoryFile] = []
    for file in files:
        if part and sum(one.size for one in part) + file.size > LARGEST_BATCH:
            yield part
            part = []
        part.append(file)
    yield part


def show_progress(files: list[HistoryFile]) -> tqdm[NoReturn]:
    """Return a progress bar over the files' bytes, on stderr, where that is a terminal."""
    from tqdm import tqdm

    size = sum(file.size for file in files)
    return tqdm(
        total=size, unit="B", unit_scale=True, disable=None, leave=False, file=find_bare(sys.stderr)
    )
