"""A private folder to work in, and the end of those that nobody closed.

A folder is ours where a mark in it says so, and names that very folder; what it is called says
nothing. It has a lock beside it, which is held before the folder is there.
"""

from __future__ import annotations

import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from everheard.files import lend_folder, make_folder, remove_file, remove_folder
from everheard.lock import lock_file


@contextmanager
def private_folder(home: Path, what: str = "import") -> Iterator[Path]:
    """Lend a folder that only this user can read; it goes with all that was put into it.

    It lies on the disk of ``home``: on a Pi the usual place for such folders may be memory.
    ``what`` is done there, in one word. Folders of those that were killed go too: their owners'
    locks went with them.
    """
    make_folder(home)
    for left in home.glob(f"{what}-*"):
        with suppress(OSError):  # somebody works there, or it is not ours
            _remove_left(left, what)
    folder = home / f"{what}-{secrets.token_hex(16)}"
    lock = _find_lock(folder)
    try:
        with lock_file(lock, wait_seconds=0), lend_folder(folder) as lent:
            (lent / _name_mark(what)).write_bytes(_say_whose(folder, what))
            yield lent
    finally:
        remove_file(lock)


def _remove_left(folder: Path, what: str) -> None:
    """Remove a folder that is ours and that nobody holds; raise OSError otherwise."""
    mark, lock = folder / _name_mark(what), _find_lock(folder)
    # lstat: what lies behind a link is somebody else's; a pipe would be waited for.
    if not stat.S_ISDIR(folder.lstat().st_mode) or not stat.S_ISREG(mark.lstat().st_mode):
        return
    is_ours = mark.stat().st_size <= 200 and mark.read_bytes() == _say_whose(folder, what)
    if not is_ours or lock.is_symlink():
        return
    with lock_file(lock, wait_seconds=0):
        remove_folder(folder)  # follows no links
    remove_file(lock)


def _name_mark(what: str) -> str:
    return f"everheard-{what}.mark"


def _say_whose(folder: Path, what: str) -> bytes:
    return f"Everheard {what}s in {folder.name}\n".encode()


def _find_lock(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.lock")
