"""Files of our own: their owner's alone whatever the umask, whole or not at all.

Nothing is written through a link that stands in a file's place. What root makes in the folder of
somebody else (``everheard/places.py`` says how root gets there) is handed over by its descriptor,
so that its owner can go on with it.
"""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from everheard.places import FOLDER, NO_LINK, Owner, is_root, is_roots_own, open_place

PRIVATE, PRIVATE_FOLDER = 0o600, 0o700
#: For pages that a web server is to read, and programs that another user is to run.
PUBLIC, PUBLIC_FOLDER = 0o644, 0o755

_BINARY = getattr(os, "O_BINARY", 0)
_WAIT_FOR_NOBODY = getattr(os, "O_NONBLOCK", 0)


def write_file(
    path: Path, content: str | bytes, *, mode: int = PRIVATE, is_durable: bool = False
) -> None:
    """Put a file into its place, whole or not at all; whoever reads it meanwhile has the old one.

    ``is_durable``: on the disk before this returns, whatever becomes of the power.
    """
    with open_place(path) as (name, folder):
        unfinished = _name_beside(name)
        descriptor = _create(unfinished, folder, mode)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content.encode() if isinstance(content, str) else content)
                if is_durable:
                    file.flush()
                    os.fsync(descriptor)
            os.replace(unfinished, name, src_dir_fd=folder, dst_dir_fd=folder)
        except BaseException:
            with suppress(OSError):
                os.unlink(unfinished, dir_fd=folder)
            raise


def read_file(path: Path) -> bytes:
    """Return a plain file's content; a link, a pipe or a device in its place is refused."""
    with open_place(path) as (name, folder):
        flags = os.O_RDONLY | NO_LINK | _WAIT_FOR_NOBODY | _BINARY
        with os.fdopen(os.open(name, flags, dir_fd=folder), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise OSError(errno.EINVAL, f"{path.name} is no plain file")
            _refuse_lent(file.fileno(), folder, path.name)
            return file.read()


def open_file(path: Path) -> IO[bytes]:
    """Open a file to read and to append to, made where it is missing."""
    with open_place(path) as (name, folder):
        while True:
            with suppress(FileExistsError):
                return os.fdopen(_create(name, folder, PRIVATE, os.O_RDWR | os.O_APPEND), "a+b")
            flags = os.O_RDWR | os.O_APPEND | NO_LINK | _WAIT_FOR_NOBODY | _BINARY
            with suppress(FileNotFoundError):  # somebody has just removed it
                descriptor = os.open(name, flags, dir_fd=folder)
                try:
                    _refuse_lent(descriptor, folder, path.name)
                except OSError:
                    os.close(descriptor)
                    raise
                return os.fdopen(descriptor, "a+b")


def touch_file(path: Path, moment: float | None = None) -> None:
    """Note a moment, or this one, by a file, which is empty where it was missing."""
    times = None if moment is None else (moment, moment)
    with open_file(path) as file:
        os.utime(file.fileno() if os.utime in os.supports_fd else path, times)


def make_folder(path: Path, *, mode: int = PRIVATE_FOLDER, owner: Owner | None = None) -> Path:
    """Make a folder, and those above it that are missing; one that is there stays as it is.

    ``owner`` is whose the last one is to be where it is made; else it belongs to the owner of
    the folder it is in. Returns the folder.
    """
    missing = []
    for each in (path, *path.absolute().parents):
        if os.path.lexists(each):
            break
        missing.append(each)
    for each in reversed(missing):
        _make_one(each, mode, owner if each == path else None)
    if not path.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(path))
    return path


def own_folder(path: Path, owner: Owner, mode: int = PRIVATE_FOLDER) -> None:
    """Give an empty folder to its owner-to-be; raise OSError where it holds something already."""
    with open_place(path) as (name, folder):
        descriptor = os.open(name, FOLDER | NO_LINK, dir_fd=folder)
        try:
            _settle(descriptor, folder, mode, owner)
        finally:
            os.close(descriptor)


def open_to_all(path: Path) -> None:
    """Let every user of the machine enter a folder that is published."""
    with open_place(path) as (name, folder):
        descriptor = os.open(name, FOLDER | NO_LINK, dir_fd=folder)
        try:
            mode = stat.S_IMODE(os.fstat(descriptor).st_mode)
            os.fchmod(descriptor, mode | (PUBLIC_FOLDER & 0o077))
        finally:
            os.close(descriptor)


def keep_private(path: Path) -> None:
    """Give a file that a library made to its owner alone."""
    with open_place(path) as (name, folder):
        descriptor = os.open(name, os.O_RDONLY | NO_LINK | _BINARY, dir_fd=folder)
        try:
            _settle(descriptor, folder, PRIVATE)
        finally:
            os.close(descriptor)


def copy_file(path: Path, target: Path) -> None:
    """Copy a file's content into a file that was not there."""
    with (
        open_place(target) as (name, folder),
        path.open("rb") as source,
        os.fdopen(_create(name, folder, PRIVATE), "wb") as file,
    ):
        shutil.copyfileobj(source, file, 1 << 20)


def make_link(path: Path, target: Path) -> None:
    """Make a link to a folder; raise FileExistsError where something stands there."""
    with open_place(path) as (name, folder):
        os.symlink(target, name, dir_fd=folder)


def move(path: Path, target: Path) -> None:
    """Give a file or a folder another name, in place of a file of that name."""
    with open_place(path) as (name, folder), open_place(target) as (new_name, new_folder):
        os.replace(name, new_name, src_dir_fd=folder, dst_dir_fd=new_folder)


def remove_file(path: Path) -> None:
    """Remove a file, or a link and not what it leads to; nothing happens where there is none."""
    with suppress(FileNotFoundError), open_place(path) as (name, folder):
        os.unlink(name, dir_fd=folder)


@contextmanager
def lend_folder(path: Path) -> Iterator[Path]:
    """Make a folder, and lend it until it goes with all that is in it.

    In somebody else's folder root gets it by its descriptor (on Linux), and it is root's: its
    name could be given to a link meanwhile.
    """
    if not is_root() or is_roots_own(path.parent):
        make_folder(path)
        try:
            yield path
        finally:
            _clear(path)
        return
    make_folder(path, owner=Owner(os.geteuid(), os.getegid()))
    with open_place(path) as (name, folder):
        descriptor = os.open(name, FOLDER | NO_LINK, dir_fd=folder)
    try:
        if os.fstat(descriptor).st_uid != os.geteuid():
            raise OSError(errno.EPERM, f"{path.name} was put there by somebody else")
        by_descriptor = Path(f"/proc/self/fd/{descriptor}")
        yield by_descriptor if by_descriptor.is_dir() else path
    finally:
        os.close(descriptor)
        _clear(path)


def _clear(path: Path) -> None:
    with suppress(OSError):  # what failed before says more
        remove_folder(path)


def remove_folder(path: Path) -> None:
    """Remove a folder that we made, with all in it; nothing happens where there is none."""
    with suppress(FileNotFoundError), open_place(path) as (name, folder):
        shutil.rmtree(name, dir_fd=folder)


def _make_one(path: Path, mode: int, owner: Owner | None) -> None:
    with suppress(FileExistsError), open_place(path) as (name, folder):
        os.mkdir(name, mode, dir_fd=folder)
        if sys.platform == "win32":
            return
        descriptor = os.open(name, FOLDER | NO_LINK, dir_fd=folder)
        try:
            _settle(descriptor, folder, mode, owner)
        finally:
            os.close(descriptor)


def _create(name: str, folder: int | None, mode: int, way: int = os.O_WRONLY) -> int:
    """Make a file that was not there, its owner's from the first byte on; return it opened."""
    flags = way | os.O_CREAT | os.O_EXCL | NO_LINK | _BINARY
    descriptor = os.open(name, flags, mode, dir_fd=folder)
    try:
        _settle(descriptor, folder, mode)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _refuse_lent(descriptor: int, folder: int | None, name: str) -> None:
    """Refuse a file of somebody's to which the owner of a folder gave a name there, for root."""
    if folder is None:
        return
    found = os.fstat(descriptor)
    if found.st_nlink > 1 and found.st_uid != os.fstat(folder).st_uid:
        raise OSError(errno.EPERM, f"{name} is another name of somebody else's file")


def _settle(descriptor: int, folder: int | None, mode: int, owner: Owner | None = None) -> None:
    """Set the mode, whatever the umask, and hand over what root made in another's folder."""
    if sys.platform == "win32":
        return
    if folder is not None:
        found = os.fstat(folder)
        whose = owner or Owner(found.st_uid, found.st_gid)
        now = os.fstat(descriptor)
        if (now.st_uid, now.st_gid) != whose:
            # A folder is put in another's place by whoever owns the one it is in: an empty one
            # holds nothing that could be taken over.
            if stat.S_ISDIR(now.st_mode) and os.listdir(descriptor):
                raise OSError(errno.ENOTEMPTY, "it holds what somebody else put there")
            os.fchown(descriptor, *whose)
    os.fchmod(descriptor, mode)


def _name_beside(name: str) -> str:
    """Return a name beside a file's, which nobody can know before."""
    folder, file = os.path.split(name)
    return os.path.join(folder, f".{file}.{secrets.token_hex(4)}.part")  # noqa: PTH118
