"""The worst inputs: small on disk, or broken everywhere, and made to fill memory or time."""

from __future__ import annotations

import bz2
import json
import lzma
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.everheard.sources.spotify_export.history_files import NAME, make_row

MB = 1 << 20
_PIECE = MB // 16


def _fill(start: bytes, unit: bytes, end: bytes, size: int) -> Iterator[bytes]:
    """Yield a content of about ``size`` bytes: a unit again and again."""
    yield start
    piece = unit * max(_PIECE // len(unit), 1)
    for _ in range(size // len(piece)):
        yield piece
    yield end


def _name_tracks(size: int) -> Iterator[bytes]:
    """Yield rows of which each has another title."""
    yield b"[" + json.dumps(make_row()).encode()
    row = ',{"ts":"2026-03-01T12:00:00Z","ms_played":1,"master_metadata_track_name":"%s"}'
    for first in range(0, size // 90, 1000):
        yield "".join(row % f"{number:08x}" for number in range(first, first + 1000)).encode()
    yield b"]"


#: What it is -> its content, of about so many bytes.
SHAPES: dict[str, Callable[[int], Iterator[bytes]]] = {
    "one scalar": lambda size: _fill(b'["', b"a", b'"]', size),
    "one value": lambda size: _fill(b'[{"ts":"', b"a", b'"}]', size),
    "one key": lambda size: _fill(b'[{"', b"a", b'":1}]', size),
    "open string": lambda size: _fill(b'[{"ts":"', b"a", b"", size),
    "empty rows": lambda size: _fill(b"[{}", b",{}", b"]", size),
    "nulls": lambda size: _fill(b"[null", b",null", b"]", size),
    "numbers": lambda size: _fill(b"[1", b",1", b"]", size),
    "brackets": lambda size: _fill(b"[", b"[", b"]", size),
    "rows in rows": lambda size: _fill(b"[", b'{"ts":[{},', b"]", size),
    "broken rows": lambda size: _fill(b'[{"ts":}', b',{"ts":}', b"]", size),
    "open rows": lambda size: _fill(b'[{"ts":"x}', b',{"ts":"x}', b"]", size),
    "spaces": lambda size: _fill(b"[", b" ", b"]", size),
    "commas": lambda size: _fill(b"[5", b",", b"]", size),
    "lines": lambda size: _fill(b"[", b'{"ts":},\n', b"]", size),
    "titles": _name_tracks,
}


def write_shape(path: Path, shape: str, size: int) -> Path:
    """Write a file of that shape, in the wrapping that the path's name asks for."""
    pieces = SHAPES[shape](size)
    packers = {".zip": 8, ".bzip2": 12, ".lzma": 14}
    if path.suffix in packers:
        with (
            zipfile.ZipFile(path, "w", packers[path.suffix]) as packed,
            packed.open(NAME, "w", force_zip64=True) as member,
        ):
            for piece in pieces:
                member.write(piece)
    elif path.suffix in (".xz", ".bz2"):
        with (lzma if path.suffix == ".xz" else bz2).open(path, "wb") as stream:
            stream.writelines(pieces)
    else:
        with path.open("wb") as file:
            file.writelines(pieces)
    return path


#: Read what is found at argv[1] as an import would, in the folder argv[2]; print what became of
#: it, and the memory it took in megabytes.
READ = """
import json, resource, sys
from datetime import UTC, datetime
from pathlib import Path
from everheard.sources.spotify_export.files import find_sources
from everheard.sources.spotify_export.reader import BatchReader
found = find_sources([sys.argv[1]])
reader = BatchReader(Path(sys.argv[2]), datetime(2027, 1, 1, tzinfo=UTC))
refusals = list(found.refusals)
skipped = 0
if found.files:
    batch = reader.read(found.files)
    refusals += batch.refusals
    skipped = sum(1 for _ in batch.skipped)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"refusals": refusals, "skipped": skipped, "memory_mb": peak}))
"""
