"""A file's content, however it is wrapped: opened layer by layer, never more of it than asked."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import IO, Any, Literal, NamedTuple, cast

from everheard.sources.spotify_export.archive import Refused, Room, refusing_damage
from everheard.sources.spotify_export.recognise import UNPACK

#: What an xz or LZMA unpacker may come to remember; the file says how much it wants.
LARGEST_LZMA = 256 * 1024**2
#: bzip2 and LZMA in a zip are unpacked without a bound: a small piece is all that they get.
_SIP = 4096


class Layer(NamedTuple):
    """One wrapping. ``place``: of a zip the number in its list, of a tar where it begins."""

    kind: Literal["zip", "tar", "packed"]
    place: int = 0


@dataclass(frozen=True)
class Content:
    """Where bytes are: a file on disk, and the layers around them, the outermost first."""

    path: Path
    layers: tuple[Layer, ...] = ()

    def within(self, layer: Layer) -> Content:
        """Return what is inside one more layer."""
        return Content(self.path, (*self.layers, layer))

    @contextmanager
    def open(self) -> Iterator[IO[bytes]]:
        """Lend the bytes, unpacked, to read and seek in; raise Refused where they are damaged."""
        with refusing_damage(self._tell_damage()), ExitStack() as stack:
            content: IO[bytes] = stack.enter_context(self.path.open("rb"))
            for layer in self.layers:
                content = _unwrap(content, layer, stack)
            yield content

    def count_size(self, room: Room) -> int:
        """Return how large a packed file is, unpacked; raise Refused where it is too large."""
        size = 0
        with self.open() as stream:
            is_xz = isinstance(stream, lzma.LZMAFile)
            while chunk := stream.read(1 << 20):
                size += len(chunk)
                room.take(len(chunk))
                if is_xz and size > LARGEST_LZMA:
                    raise Refused(f"is large, and packed by xz: {UNPACK}")
        return size

    def _tell_damage(self) -> str:
        if self.layers and self.layers[-1].kind == "zip":
            return "is damaged inside its zip: download it again"
        return "is damaged: download it again"


def _unwrap(content: IO[bytes], layer: Layer, stack: ExitStack) -> IO[bytes]:
    if layer.kind == "zip":
        archive = stack.enter_context(zipfile.ZipFile(content))
        info = archive.infolist()[layer.place]
        if info.compress_type == zipfile.ZIP_LZMA and info.file_size > LARGEST_LZMA:
            raise Refused(f"is large, and packed by LZMA: {UNPACK}")
        member = stack.enter_context(archive.open(info))
        if info.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            return member
        return io.BufferedReader(_Sipped(member))
    if layer.kind == "tar":
        content.seek(layer.place)
        tar = stack.enter_context(tarfile.open(fileobj=content, mode="r:"))  # noqa: SIM115
        extracted = tar.extractfile(cast("tarfile.TarInfo", tar.next()))
        return stack.enter_context(cast("IO[bytes]", extracted))
    return stack.enter_context(_open_packed(content))


def _open_packed(content: IO[bytes]) -> IO[bytes]:
    start = content.read(4)
    content.seek(0)
    if start.startswith(b"\x1f\x8b"):
        return cast("IO[bytes]", gzip.GzipFile(fileobj=content))
    if start.startswith(b"BZh"):
        return cast("IO[bytes]", bz2.BZ2File(content))
    if start == b"\xfd7zX":
        return cast("IO[bytes]", lzma.LZMAFile(content))
    try:
        zstandard = import_module("compression.zstd")  # from Python 3.14 on
    except ImportError:
        raise Refused(f"is packed by Zstandard: {UNPACK}") from None
    return cast("IO[bytes]", zstandard.ZstdFile(content))


class _Sipped(io.RawIOBase):
    """A stream that is read in small pieces, whatever is asked of it."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return self._stream.seekable()

    def tell(self) -> int:
        return self._stream.tell()

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if whence == io.SEEK_END:
            while self._stream.read(_SIP):
                pass
        wanted = offset if whence == io.SEEK_SET else self.tell() + offset
        if wanted < self.tell():
            self._stream.seek(0)
        while (left := wanted - self.tell()) > 0 and self._stream.read(min(left, _SIP)):
            pass
        return self.tell()

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer)
        piece = self._stream.read(min(len(view), _SIP))
        view[: len(piece)] = piece
        return len(piece)
