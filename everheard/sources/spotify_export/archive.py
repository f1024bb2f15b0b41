"""A zip from outside, opened with care: nothing of it is trusted, least of all its names."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

#: More than this, unpacked, is not a listening history unless somebody says so.
LARGEST_UNASKED = 2 * 1024**3
_IS_ENCRYPTED = 0x1


class Refused(Exception):
    """An input that is not imported. The message says what is wrong with it and the cure."""


@contextmanager
def refusing_damage(damage: str = "is damaged inside its zip: download it again") -> Iterator[None]:
    """Say Refused for all that reading from outside can raise; ``damage``: what it is then."""
    try:
        yield
    except OSError as error:  # bzip2's, of damage, has no number
        reason = damage if error.errno is None else f"cannot be read ({error.strerror})"
        raise Refused(reason) from None
    except Exception:  # noqa: BLE001 - zipfile promises no list of what it raises
        raise Refused(damage) from None


def open_archive(path: Path, *, accepts_large: bool) -> zipfile.ZipFile:
    """Open a zip whose members can be read; raise Refused where they cannot or must not be."""
    with refusing_damage("is not a whole zip: download it again"):
        archive = zipfile.ZipFile(path)
    try:
        _check_members(archive.infolist(), accepts_large=accepts_large)
    except Refused:
        archive.close()
        raise
    return archive


def _check_members(members: list[zipfile.ZipInfo], *, accepts_large: bool) -> None:
    if any(member.flag_bits & _IS_ENCRYPTED for member in members):
        raise Refused("is locked with a password: unpack it yourself and import the folder")
    if not all(member.filename for member in members):
        raise Refused("holds a file without a name: download it again")
    if any(_leads_outside(member.filename) for member in members):
        raise Refused("holds names that lead out of its folder: Spotify makes no such zip")
    size = sum(member.file_size for member in members)
    if size > LARGEST_UNASKED and not accepts_large:
        raise Refused(
            f"would be {size / 1024**3:.1f} GB unpacked: if you trust it, add --yes to import it"
        )


def _leads_outside(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or ":" in path.parts[0:1]
