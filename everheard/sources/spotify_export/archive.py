"""A zip or tar from outside, opened with care: nothing of it is trusted, least of all its names."""

from __future__ import annotations

import tarfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import IO, NamedTuple

from everheard.sources.spotify_export.recognise import HEAD_SIZE, UNPACK

#: More than this, unpacked, is not a listening history unless somebody says so.
LARGEST_UNASKED = 2 * 1024**3
#: More files than this are listed for no history; the list alone would take memory.
MOST_MEMBERS = 100_000
_IS_ENCRYPTED = 0x1
_READABLE = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA}
#: What Python's zipfile does not open (93: before 3.14), by the number that a zip gives it.
_PACKERS = {1: "Shrink", 6: "Implode", 9: "Deflate64", 20: "Zstandard", 93: "Zstandard"}
_PACKERS |= {95: "xz", 97: "WavPack", 98: "PPMd", 99: "AES"}
_ENTRY = b"PK\x01\x02"
_CHUNK = 1 << 20
_SIP = 4096


class Refused(Exception):
    """An input that is not imported. The message says what is wrong with it and the cure."""


class Member(NamedTuple):
    """One file of an archive: where it is there, its name, its size unpacked, how it begins.

    ``trouble``: why it cannot be read; with no name, why others of its archive cannot.
    """

    place: int
    name: str
    size: int = 0
    head: bytes = b""
    trouble: str = ""


class Room:
    """How much one zip may hold, unpacked, all that is in it counted."""

    def __init__(self, *, accepts_large: bool) -> None:
        self.accepts_large = accepts_large
        self._taken = 0

    def take(self, size: int) -> None:
        """Count what is unpacked; raise Refused for more than a history has ever been."""
        self._taken += size
        if self._taken > LARGEST_UNASKED and not self.accepts_large:
            raise Refused(
                f"would be {self._taken / 1024**3:.1f} GB unpacked: if you trust it, add --yes to"
                " import it"
            )


@contextmanager
def refusing_damage(damage: str = "is damaged inside its zip: download it again") -> Iterator[None]:
    """Say Refused for all that reading from outside can raise; ``damage``: what it is then."""
    try:
        yield
    except Refused:
        raise
    except OSError as error:  # bzip2's, of damage, has no number
        reason = damage if error.errno is None else f"cannot be read ({error.strerror})"
        raise Refused(reason) from None
    except Exception:  # noqa: BLE001 - zipfile promises no list of what it raises
        raise Refused(damage) from None


def walk_zip(content: IO[bytes], room: Room) -> Iterator[Member]:
    """Yield the files of a zip, each with how it begins; raise Refused where it is none."""
    with refusing_damage("is not a whole zip: download it again"):
        _check_length(content)
        archive = zipfile.ZipFile(content)
    infos = archive.infolist()
    if any(info.flag_bits & _IS_ENCRYPTED for info in infos):
        raise Refused("is locked with a password: unpack it yourself and import the folder")
    _check_names([info.filename for info in infos])
    room.take(sum(info.file_size for info in infos))
    packed = {info.compress_type for info in infos if not info.is_dir()} - find_readable()
    for packer in sorted(packed):
        name = _PACKERS.get(packer, f"method {packer}")
        trouble = f"is packed by {name}, which Everheard does not open: {UNPACK}"
        yield Member(-1, "", trouble=trouble)
    for place, info in enumerate(infos):
        if not info.is_dir() and info.compress_type not in packed:
            member = Member(place, info.filename, info.file_size)
            try:
                with refusing_damage(), archive.open(info) as file:
                    member = member._replace(head=_read_head(file))
            except Refused as refusal:
                member = member._replace(trouble=str(refusal))
            yield member


def walk_tar(content: IO[bytes], room: Room) -> Iterator[Member]:
    """Yield the plain files of a tar archive (no links), each with how it begins.

    One that was cut off is read as far as it goes, and the cut is told after its files.
    """
    damage = "is not a whole tar archive: download it again"
    with refusing_damage(damage):
        archive = tarfile.open(fileobj=content, mode="r:")  # noqa: SIM115 (owns nothing)
    count = 0
    while True:
        try:
            with refusing_damage(damage):
                info = archive.next()
                file = archive.extractfile(info) if info and info.isreg() else None
                head = file.read(HEAD_SIZE) if file else b""
        except Refused as refusal:
            yield Member(-1, "", trouble=str(refusal))
            return
        if info is None:
            return
        count += 1
        if count > MOST_MEMBERS:
            raise Refused(f"lists more files than any history: {UNPACK}")
        if file:
            room.take(info.size)
            _check_names([info.name])
            yield Member(info.offset, info.name, info.size, head)


def _read_head(file: IO[bytes]) -> bytes:
    """Return how a file begins; in small pieces, because some packers unpack all that they get."""
    head = b""
    while len(head) < HEAD_SIZE and (piece := file.read(_SIP)):
        head += piece
    return head


def find_readable() -> set[int]:
    """Return the numbers of the packers that this Python's zipfile opens."""
    return {*_READABLE, getattr(zipfile, "ZIP_ZSTANDARD", zipfile.ZIP_STORED)}  # 3.14 has it


def _check_length(content: IO[bytes]) -> None:
    """Raise Refused where a zip lists so many files that the list alone would fill the memory."""
    content.seek(0, 2)
    if content.tell() > MOST_MEMBERS * 46:  # the least that an entry takes
        content.seek(0)
        count, rest = 0, b""
        while chunk := content.read(_CHUNK):
            count += (rest + chunk).count(_ENTRY)
            rest = chunk[-3:]
        if count > MOST_MEMBERS:
            raise Refused(f"lists more files than any history: {UNPACK}")
    content.seek(0)


def _check_names(names: Sequence[str]) -> None:
    """Raise Refused for names that no tool of Spotify's would give."""
    if not all(names):
        raise Refused("holds a file without a name: download it again")
    if any(_leads_outside(name) for name in names):
        raise Refused("holds names that lead out of its folder: Spotify makes no such zip")


def _leads_outside(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or ":" in path.parts[0:1]
