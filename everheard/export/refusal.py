"""Why an export does not go where it was sent."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from everheard.failure import ExitCode, Failure

_FULL = {errno.ENOSPC, errno.EDQUOT} if hasattr(errno, "EDQUOT") else {errno.ENOSPC}


class RefusedTarget(Failure):
    """The target is not ours, cannot be written, or is none at all; nothing there was changed."""

    exit_code = ExitCode.CONFIGURATION


@contextmanager
def needing_place(target: Path) -> Iterator[None]:
    """Raise RefusedTarget where a file or folder cannot be written, DuckDB's and SQLite's too."""
    import sqlite3

    import duckdb

    try:
        yield
    except (duckdb.IOException, duckdb.OutOfMemoryException, sqlite3.OperationalError) as error:
        raise _refuse(target, str(error)) from None
    except OSError as error:
        why = "it is full" if error.errno in _FULL else error.strerror or str(error)
        raise _refuse(target, why) from None


def _refuse(target: Path, why: str) -> RefusedTarget:
    if any(word in why.lower() for word in ("no space left", "disk is full", "quota exceeded")):
        why = "it is full"
    cure = "make room on that disk" if why == "it is full" else "name another place"
    return RefusedTarget(
        f"{target} cannot be written ({why.splitlines()[0]}); what stood there before is as it"
        f" was: {cure}, then start it again."
    )
