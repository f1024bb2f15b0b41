"""Files of a history, brought to where DuckDB reads them."""

from __future__ import annotations

import os
import zlib
from contextlib import nullcontext
from pathlib import Path

from everheard.sources.spotify_export.archive import Refused
from everheard.sources.spotify_export.files import HistoryFile
from everheard.sources.spotify_export.repair import check_start

_CHUNK = 1 << 20


def unpack_all(
    files: list[HistoryFile], folder: Path
) -> tuple[dict[int, Path], dict[int, str], list[tuple[str, str]]]:
    """Unpack files; return where each is and its digest, by number, and those refused, with why."""
    readable: dict[int, Path] = {}
    digests: dict[int, str] = {}
    refusals: list[tuple[str, str]] = []
    for number, file in enumerate(files):
        path = folder / f"{number}.json"
        try:
            digests[number] = unpack(file, path)
            check_start(path)
            readable[number] = path
        except Refused as refusal:
            refusals.append((file.name, str(refusal)))
    return readable, digests, refusals


def unpack(file: HistoryFile, path: Path) -> str:
    """Bring a file's content to ``path``; return what tells it from others (checksum and size).

    Names in a zip are never used: nothing can be written elsewhere. A plain file is not copied
    where its disk can lend it a second name: whoever changes what is at ``path`` has to put
    another file there.
    """
    checksum = size = 0
    is_there = file.member is None and _link(file.path, path)
    with nullcontext() if is_there else path.open("wb") as copy:
        for chunk in file.read_chunks(_CHUNK):
            checksum = zlib.crc32(chunk, checksum)
            size += len(chunk)
            if copy:
                copy.write(chunk)
    return f"{checksum:08x}-{size}"


def _link(source: Path, path: Path) -> bool:
    """Give a file a second name; say whether its disk, its owner and ours allow that.

    One that is read-only is left alone: Windows would not let its second name go again.
    """
    if not os.access(source, os.W_OK):
        return False
    try:
        path.hardlink_to(source.resolve())
    except (OSError, NotImplementedError):
        return False
    return True
