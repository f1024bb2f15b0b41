"""Where a file is: its folder, held open for root, so that nobody can put another in its place.

Root may work in a folder that belongs to somebody else, a service's or a listener's, who can
change it meanwhile. So root goes there step by step, by descriptors, and follows a link on the way
only where root made it. Everybody else's own links lead where they choose.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

NO_LINK = getattr(os, "O_NOFOLLOW", 0)
FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0)
_MOST_LINKS = 40


class Owner(NamedTuple):
    """A user and a group of the system, by number."""

    uid: int
    gid: int


@contextmanager
def open_place(path: Path) -> Iterator[tuple[str, int | None]]:
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
    folder = os.open("/", FOLDER)
    waiting = [*reversed(path.parts[1:])]
    link_count = 0
    try:
        while waiting:
            name = waiting.pop()
            try:
                opened = os.open(name, FOLDER | NO_LINK, dir_fd=folder)
            except OSError as error:
                if error.errno not in {errno.ELOOP, errno.ENOTDIR}:
                    raise
                link_count += 1
                if link_count > _MOST_LINKS:
                    raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), name) from None
                target = Path(_read_link(name, folder))
                waiting += reversed(target.parts[1:] if target.is_absolute() else target.parts)
                opened = os.open("/" if target.is_absolute() else ".", FOLDER, dir_fd=folder)
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
    link = os.open(name, opened | NO_LINK, dir_fd=folder) if opened else None
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


def find_owner(path: Path) -> Owner | None:
    """Return whose a file or folder is, None where it is missing; a link is itself."""
    with suppress(FileNotFoundError), open_place(path) as (name, folder):
        found = os.stat(name, dir_fd=folder, follow_symlinks=False)
        return Owner(found.st_uid, found.st_gid)
    return None


def judge_links(path: Path) -> None:
    """Raise OSError where root would have to follow a link that it did not make."""
    with suppress(FileNotFoundError, NotADirectoryError), open_place(path / "anything"):
        pass


def is_root() -> bool:
    """Say whether this process may do everything, so that it has to look where it goes."""
    return sys.platform != "win32" and os.geteuid() == 0


def find_real(path: Path) -> Path:
    """Return what a link leads to, or the path itself; raise OSError for a link not to follow."""
    for _ in range(_MOST_LINKS):
        try:
            with open_place(path) as (name, folder):
                if folder is None:
                    return path.resolve()
                path = path.absolute().parent / _read_link(name, folder)
        except (FileNotFoundError, NotADirectoryError):  # no link, or nothing yet
            return path
    raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))


def is_roots_own(path: Path) -> bool:
    """Say whether none but root can change what a folder is, or any folder it is in."""
    whole = path.resolve()
    for each in (whole, *whole.parents):
        found = each.stat()
        is_shared = found.st_mode & 0o022 and not found.st_mode & stat.S_ISVTX
        if found.st_uid != 0 or is_shared:
            return False
    return True
