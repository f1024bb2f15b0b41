"""DuckDB within a fixed piece of memory, and what becomes of files that it does not take."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from everheard.config import PROJECT_DIR
from everheard.failure import ExitCode, Failure
from everheard.sources.spotify_export.archive import Refused
from everheard.sources.spotify_export.repair import repair

if TYPE_CHECKING:
    import duckdb

#: What DuckDB may hold; beyond it spills to disk. With Python and the rest the process stays
#: within 250 MB, which a small Pi can spare.
MEMORY = "144MB"
_SQL_DIR = PROJECT_DIR / "sql" / "duckdb"
_BEYOND_REPAIR = "holds what cannot be read as a list of plays: unpack or download it again"


class NoRoom(Failure):
    """The disk that an import unpacks to does not take what it has to hold meanwhile."""

    exit_code = ExitCode.CONFIGURATION


@contextmanager
def needing_room() -> Iterator[None]:
    """Raise NoRoom where the trouble is this machine's disk, and no file of a history."""
    import duckdb

    try:
        yield
    except (OSError, duckdb.IOException, duckdb.OutOfMemoryException) as error:
        reason = getattr(error, "strerror", None) or "it is full"
        raise NoRoom(
            f"The folder of EVERHEARD_HOME takes no more files ({reason}): make room there, or set"
            " EVERHEARD_HOME to a folder on a larger disk, then import again."
        ) from None


@cache
def read_sql(name: str) -> str:
    """Return the text of one of DuckDB's files."""
    return (_SQL_DIR / f"{name}.sql").read_text(encoding="utf-8")


def open_engine(folder: Path, now: datetime) -> duckdb.DuckDBPyConnection:
    """Open DuckDB, in UTC, with the macros that its files share; ``folder`` is for what spills."""
    import duckdb  # not at the top: --help need not wait for it

    engine = duckdb.connect(
        config={
            "memory_limit": MEMORY,
            "threads": 1,  # a second one would share the little memory, and the core that loads
            "temp_directory": str(folder / "spill"),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
    )
    engine.execute("set timezone = 'UTC'")
    engine.execute("set enable_progress_bar = false")  # it would print between a job's lines
    engine.execute("set variable now = ?::timestamptz::timestamp", [now])
    engine.execute(read_sql("macros"))
    return engine


def mend(
    readable: dict[int, Path], read_files: Callable[[Iterable[Path]], None]
) -> list[tuple[int, str]]:
    """Have DuckDB read files; repair those that it does not take; return what is beyond that.

    What is refused is taken out of ``readable``. ``read_files`` replaces what it read before, so
    where something had to be mended all of it is read once more.
    """
    import duckdb

    damage = (duckdb.Error, UnicodeDecodeError)
    refused: list[tuple[int, str]] = []
    try:
        read_files(readable.values())
    except duckdb.IOException:  # no fault of the files
        raise
    except damage:
        for number, path in list(readable.items()):
            try:
                read_files([path])
            except damage:
                try:
                    repair(path)
                    read_files([path])
                except (Refused, *damage) as trouble:
                    is_told = isinstance(trouble, Refused)
                    refused.append((number, str(trouble) if is_told else _BEYOND_REPAIR))
                    del readable[number]
        read_files(readable.values())
    return refused
