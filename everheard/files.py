"""Files of our own: their owner's alone whatever the umask, whole or not at all.

Root may work in a folder that belongs to somebody else, a service's or a listener's, who can
change it meanwhile. So root goes there by descriptors, and follows a link on the way only where
root made it; what root makes there is handed over by its descriptor, so that its owner can go on
with it. Nothing is ever written through a link that stands in a file's place.
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
from typing import IO, NamedTuple

PRIVATE, PRIVATE_FOLDER = 0o600, 0o700
#: For pages that a web server is to read, and programs that another user is to run.
PUBLIC, PUBLIC_FOLDER = 0o644, 0o755

_MOST_LINKS = 40
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_BINARY = getattr(os, "O_BINARY", 0)
_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0)
_WAIT_FOR_NOBODY = getattr(os, "O_NONBLOCK", 0)


class Owner(NamedTuple):
    """A user and a group of the system, by number."""

    uid: int
    gid: int


def write_file(
    path: Path, content: str | bytes, *, mode: int = PRIVATE, is_durable: bool = False
) -> None:
    """Put a file into its place, whole or not at all; whoever reads it meanwhile has the old one.

    ``is_durable``: on the disk before this returns, whatever becomes of the power.
    """
    with _place(path) as (name, folder):
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
    with _place(path) as (name, folder):
        flags = os.O_RDONLY | _NO_LINK | _WAIT_FOR_NOBODY | _BINARY
        with os.fdopen(os.open(name, flags, dir_fd=folder), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise OSError(errno.EINVAL, f"{path.name} is no plain file")
            return file.read()


def open_file(path: Path) -> IO[bytes]:
    """Open a file to read and to append to, made where it is missing."""
    with _place(path) as (name, folder):
        while True:
            with suppress(FileExistsError):
                return os.fdopen(_create(name, folder, PRIVATE, os.O_RDWR | os.O_APPEND), "a+b")
            flags = os.O_RDWR | os.O_APPEND | _NO_LINK | _WAIT_FOR_NOBODY | _BINARY
            with suppress(FileNotFoundError):  # somebody has just removed it
                return os.fdopen(os.open(name, flags, dir_fd=folder), "a+b")


def touch_file(path: Path) -> None:
    """Note this moment by a file, which is empty where it was missing."""
    with open_file(path) as file:
        os.utime(file.fileno() if os.utime in os.supports_fd else path)


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
    with _place(path) as (name, folder):
        descriptor = os.open(name, _FOLDER | _NO_LINK, dir_fd=folder)
        try:
            _settle(descriptor, folder, mode, owner)
        finally:
            os.close(descriptor)


def open_to_all(path: Path) -> None:
    """Let every user of the machine enter a folder that is published."""
    with _place(path) as (name, folder):
        descriptor = os.open(name, _FOLDER | _NO_LINK, dir_fd=folder)
        try:
            mode = stat.S_IMODE(os.fstat(descriptor).st_mode)
            os.fchmod(descriptor, mode | (PUBLIC_FOLDER & 0o077))
        finally:
            os.close(descriptor)


def make_link(path: Path, target: Path) -> None:
    """Make a link to a folder; raise FileExistsError where something stands there."""
    with _place(path) as (name, folder):
        os.symlink(target, name, dir_fd=folder)


def move(path: Path, target: Path) -> None:
    """Give a file or a folder another name, in place of a file of that name."""
    with _place(path) as (name, folder), _place(target) as (new_name, new_folder):
        os.replace(name, new_name, src_dir_fd=folder, dst_dir_fd=new_folder)


def remove_file(path: Path) -> None:
    """Remove a file, or a link and not what it leads to; nothing happens where there is none."""
    with suppress(FileNotFoundError), _place(path) as (name, folder):
        os.unlink(name, dir_fd=folder)


def remove_folder(path: Path) -> None:
    """Remove a folder that we made, with all in it; nothing happens where there is none."""
    with suppress(FileNotFoundError), _place(path) as (name, folder):
        shutil.rmtree(name, dir_fd=folder)


def find_owner(path: Path) -> Owner | None:
    """Return whose a file or folder is, None where it is missing; a link is itself."""
    with suppress(FileNotFoundError), _place(path) as (name, folder):
        found = os.stat(name, dir_fd=folder, follow_symlinks=False)
        return Owner(found.st_uid, found.st_gid)
    return None


def judge_links(path: Path) -> None:
    """Raise OSError where root would have to follow a link that it did not make."""
    with suppress(FileNotFoundError, NotADirectoryError), _place(path / "anything"):
        pass


def is_root() -> bool:
    """Say whether this process may do everything, so that it has to look where it goes."""
    return sys.platform != "win32" and os.geteuid() == 0


@contextmanager
def _place(path: Path) -> Iterator[tuple[str, int | None]]:
    """Yield what a file is to be called and, for root, the descriptor of the folder it is in."""
    if not is_root():
        yield str(path), None
        return
    folder = _open_folder(path.absolute().parent)
    try:
        yield path.name, folder
    finally:
        os.close(folder)


def _open_folder(path: Path) -> int:
    """Open a folder, step by step from the root of the tree."""
    folder = os.open("/", _FOLDER)
    waiting = [*reversed(path.parts[1:])]
    link_count = 0
    try:
        while waiting:
            name = waiting.pop()
            try:
                opened = os.open(name, _FOLDER | _NO_LINK, dir_fd=folder)
            except OSError as error:
                if error.errno not in {errno.ELOOP, errno.ENOTDIR}:
                    raise
                link_count += 1
                if link_count > _MOST_LINKS:
                    raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), name) from None
                target = Path(_read_link(name, folder))
                waiting += reversed(target.parts[1:] if target.is_absolute() else target.parts)
                opened = os.open("/" if target.is_absolute() else ".", _FOLDER, dir_fd=folder)
            os.close(folder)
            folder = opened
    except BaseException:
        os.close(folder)
        raise
    return folder


def _read_link(name: str, folder: int) -> str:
    """Return where a link leads; raise OSError where it is none, or somebody else's."""
    # On Linux the link itself is opened, so that what is judged is what is read.
    opened = getattr(os, "O_PATH", 0)
    link = os.open(name, opened | _NO_LINK, dir_fd=folder) if opened else None
    try:
        inside = folder if link is None else link
        found = os.stat(name, dir_fd=folder, follow_symlinks=False) if link is None else None
        judged = found or os.fstat(inside)
        if not stat.S_ISLNK(judged.st_mode):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), name)
        if judged.st_uid != 0:
            raise OSError(errno.ELOOP, f"{name} is a link that root did not make", name)
        return os.readlink(name if link is None else "", dir_fd=inside)
    finally:
        if link is not None:
            os.close(link)


def _make_one(path: Path, mode: int, owner: Owner | None) -> None:
    with suppress(FileExistsError), _place(path) as (name, folder):
        os.mkdir(name, mode, dir_fd=folder)
        if sys.platform == "win32":
            return
        descriptor = os.open(name, _FOLDER | _NO_LINK, dir_fd=folder)
        try:
            _settle(descriptor, folder, mode, owner)
        finally:
            os.close(descriptor)


def _create(name: str, folder: int | None, mode: int, way: int = os.O_WRONLY) -> int:
    """Make a file that was not there, its owner's from the first byte on; return it opened."""
    flags = way | os.O_CREAT | os.O_EXCL | _NO_LINK | _BINARY
    descriptor = os.open(name, flags, mode, dir_fd=folder)
    try:
        _settle(descriptor, folder, mode)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


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
