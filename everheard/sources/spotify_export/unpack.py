"""Files of a history, brought to where DuckDB reads them."""

from __future__ import annotations

import codecs
import os
import zlib
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from everheard.sources.spotify_export.archive import Refused
from everheard.sources.spotify_export.found import HistoryFile
from everheard.sources.spotify_export.recognise import find_encoding
from everheard.sources.spotify_export.repair import MOST_ROWS, check_start

_CHUNK = 1 << 20
#: Above this size, rows that are larger than that on average are no rows of a history.
_SPARSE_SIZE = 64 << 20
_LARGEST_ROW = 100_000


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
    another file there. UTF-16 becomes UTF-8 on the way.
    """
    checksum = size = row_count = 0
    with ExitStack() as stack:
        write: Callable[[bytes], None] | None = None
        for chunk in file.read_chunks(_CHUNK):
            if not size:
                write = _choose_writer(file, path, chunk, stack)
            checksum = zlib.crc32(chunk, checksum)
            size += len(chunk)
            row_count += _count_rows(chunk)
            _check_density(size, row_count)
            if write:
                write(chunk)
        if not size:
            path.touch()
    return f"{checksum:08x}-{size}"


def _count_rows(chunk: bytes) -> int:
    """Return about how many rows begin in a piece: braces, and commas where those are rare."""
    count = chunk.count(b"{")
    return count if count * _LARGEST_ROW >= len(chunk) else count + chunk.count(b",")


def _check_density(size: int, row_count: int) -> None:
    """Raise Refused for what no file of a history is; its rows alone would take all memory."""
    if row_count > MOST_ROWS:
        raise Refused(f"holds more than {MOST_ROWS:,} rows, as no file of a history does")
    if size > _SPARSE_SIZE and row_count * _LARGEST_ROW < size:
        raise Refused("holds hardly a play for its size: it is no file of a history")


def _choose_writer(
    file: HistoryFile, path: Path, start: bytes, stack: ExitStack
) -> Callable[[bytes], None] | None:
    """Return what takes a file's bytes as they come; None where the file itself can be lent."""
    encoding = find_encoding(start)
    if encoding == "utf-8" and not file.content.layers and _link(file.path, path):
        return None
    copy = stack.enter_context(path.open("wb"))
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")

    def write(chunk: bytes) -> None:
        data = chunk if encoding == "utf-8" else decoder.decode(chunk).encode("utf-8", "replace")
        copy.write(data)

    return write


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
