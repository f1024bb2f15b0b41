"""The private folder that an import unpacks into, and the end of those that nobody closed."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from everheard.lock import lock_file


@contextmanager
def private_folder(home: Path) -> Iterator[Path]:
    """Lend a folder that only this user can read; it goes with all that was unpacked into it.

    It lies on the disk of ``home``: on a Pi the usual place for such folders may be memory.
    Folders of imports that were killed go too: their owners' locks went with them.
    """
    home.mkdir(parents=True, exist_ok=True)
    for left in home.glob("import-*/"):
        with suppress(OSError):  # somebody imports there, or it is not ours
            _remove(left)
    folder = home / f"import-{secrets.token_hex(8)}"
    lock = _find_lock(folder)
    try:
        with lock_file(lock, wait_seconds=0):
            folder.mkdir(mode=0o700)
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        lock.unlink(missing_ok=True)


def _remove(folder: Path) -> None:
    """Remove a folder that nobody holds; raise TimeoutError where somebody does."""
    lock = _find_lock(folder)
    with lock_file(lock, wait_seconds=0):
        shutil.rmtree(folder, ignore_errors=True)
    lock.unlink(missing_ok=True)


def _find_lock(folder: Path) -> Path:
    """Return the lock beside a folder: it is held before the folder is there."""
    return folder.with_suffix(".lock")
