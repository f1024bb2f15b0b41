"""One PostgreSQL cluster in one folder: made, started, stopped, by PostgreSQL's own programs."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from everheard.database.embedded.account import SystemUser
from everheard.database.embedded.folder import (
    SOCKET_PORT,
    Layout,
    find_socket_dir,
    is_private,
    spell_plainly,
    uses_tcp,
)
from everheard.database.embedded.postmaster import (
    Postmaster,
    answers,
    is_alive,
    is_own_folder,
    read_postmaster,
)
from everheard.failure import ConfigurationError, DatabaseTrouble
from everheard.files import (
    make_folder,
    read_file,
    remove_file,
    remove_folder,
    touch_file,
    write_file,
)
from everheard.places import find_owner

NAME = "everheard"  # of the role and of the database
MAJOR_VERSION = "18"
START_SECONDS = 60
WINDOWS_FLAGS = 0x08000000 | 0x00000200  # no console window, no Ctrl-C of the terminal's

#: For a small machine that does other things too. Logs carry no listening rows.
SETTINGS = """\
# Written anew by Everheard at every start. To change a setting: alter system set ... = ...;
listen_addresses = '{address}'
port = {port}
unix_socket_directories = '{socket_dir}'
unix_socket_permissions = 0700
max_connections = 40
shared_buffers = 128MB
max_wal_size = 1GB
wal_level = minimal
max_wal_senders = 0
io_method = sync
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
log_min_messages = warning
log_min_error_statement = panic
log_error_verbosity = terse
log_checkpoints = off
"""


@dataclass(frozen=True)
class Cluster:
    """A cluster, the programs that serve it, and the user it runs as."""

    layout: Layout
    programs: Path
    account: SystemUser

    def run(self, program: str, *arguments: str, **environ: str) -> tuple[int, str]:
        """Run one of PostgreSQL's programs; return its exit code and what it said.

        It runs in the layout's folder, and is told names relative to it: pg_ctl
        passes them through a shell, which not every folder's name survives.
        """
        options: dict[str, Any] = self.account.options()
        if sys.platform == "win32":
            options["creationflags"] = WINDOWS_FLAGS
        # A pipe would stay open as long as the server that pg_ctl leaves behind.
        with tempfile.TemporaryFile() as output:
            done = subprocess.run(  # noqa: S603 - our own programs, no shell
                [spell_plainly(self.programs) + f"/{program}", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=spell_plainly(self.layout.folder),
                env={**os.environ, **environ},
                check=False,
                **options,
            )
            output.seek(0)
            return done.returncode, output.read().decode(errors="replace")


def make_cluster(cluster: Cluster) -> None:
    """Make the cluster and start it with its role and database; a half-made one is redone."""
    layout = cluster.layout
    if layout.unfinished.exists():
        if layout.data_dir.exists():
            cluster.run("pg_ctl", "stop", f"--pgdata={layout.data_dir.name}", "--mode=immediate")
        remove_folder(layout.data_dir)
    touch_file(layout.unfinished)
    password = secrets.token_urlsafe(24)
    write_file(layout.passfile, f"*:*:*:{NAME}:{password}\n")
    initialise(cluster, layout.data_dir, password)
    start_cluster(cluster)
    _create_database(cluster)
    remove_file(layout.unfinished)


def initialise(cluster: Cluster, data_dir: Path, password: str, *options: str) -> None:
    """Make PostgreSQL's folder, which reads its settings from ``everheard.conf``."""
    pwfile = cluster.layout.folder / "initdb-password"
    write_file(pwfile, password + "\n")
    code, said = cluster.run(
        "initdb",
        f"--pgdata={data_dir.name}",
        f"--username={NAME}",
        f"--pwfile={pwfile.name}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C",  # the machine's own locale, missing or misspelt, has no say
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--no-instructions",
        *options,
    )
    remove_file(pwfile)
    if code:
        raise DatabaseTrouble(
            f"PostgreSQL could not make its folder {data_dir}: {find_reason(said)}."
        )
    conf = data_dir / "postgresql.conf"
    write_file(conf, read_file(conf) + b"\ninclude = 'everheard.conf'\n")


def _create_database(cluster: Cluster) -> None:
    postmaster = read_postmaster(cluster.layout)
    if postmaster is None:
        raise DatabaseTrouble(f"The embedded PostgreSQL ended at once: see {cluster.layout.log}.")
    target = describe_connection(cluster.layout, postmaster, database="postgres")
    code, said = cluster.run("psql", "-X", "-w", "-q", "-c", f"create database {NAME}", target)
    if code:
        raise DatabaseTrouble(f"The database {NAME} could not be made: {find_reason(said)}.")


def describe_connection(layout: Layout, postmaster: Postmaster, *, database: str) -> str:
    """Return the connection for libpq's programs; the password stays in its file."""
    values = {
        "host": str(postmaster.socket_dir or "127.0.0.1"),
        "port": str(postmaster.port),
        "user": NAME,
        "dbname": database,
        "passfile": spell_plainly(layout.passfile).replace("\\", "/"),
        **postmaster.proofs,
    }
    return " ".join(f"{name}={_quote(value)}" for name, value in values.items())


def _quote(value: str) -> str:
    if not set(value) & set(" '\\"):
        return value
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def start_cluster(cluster: Cluster) -> None:
    """Start the server and wait until it takes connections, 60 s at most."""
    write_settings(cluster, cluster.layout.data_dir)
    launch(cluster)


def write_settings(cluster: Cluster, data_dir: Path) -> None:
    """Write ``everheard.conf`` for this machine."""
    write_file(data_dir / "everheard.conf", _compose_settings(cluster))


def launch(cluster: Cluster) -> None:
    """Start the server with the settings that are there."""
    layout = cluster.layout
    remove_file(layout.log)
    code, said = cluster.run(
        "pg_ctl",
        "start",
        f"--pgdata={layout.data_dir.name}",
        f"--log={layout.log.name}",
        f"--timeout={START_SECONDS}",
        "--wait",
        "--silent",
    )
    if code:
        log = read_file(layout.log).decode(errors="replace") if layout.log.exists() else said
        raise DatabaseTrouble(
            f"The embedded PostgreSQL did not start ({find_reason(log)}): {layout.log} says more."
        )


def _compose_settings(cluster: Cluster) -> str:
    """Return ``everheard.conf`` for this machine; makes the socket's folder."""
    socket_dir = None if uses_tcp() else find_socket_dir(cluster.layout)
    if socket_dir is None:
        port = _settle_port(cluster.layout.port_file)
        return SETTINGS.format(address="127.0.0.1", port=port, socket_dir="")
    settle_socket_dir(socket_dir, cluster.account)
    return SETTINGS.format(address="", port=SOCKET_PORT, socket_dir=socket_dir)


def _settle_port(port_file: Path) -> int:
    """Return the port written down; draw another only where a stranger took it."""
    drawn = int(read_file(port_file)) if port_file.exists() else 0
    for port in (drawn, 0):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            if sys.platform != "win32":  # there it would allow a port that is in use
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            found: int = probe.getsockname()[1]
            write_file(port_file, f"{found}\n")
            return found
    raise DatabaseTrouble("No port on 127.0.0.1 is free: end a program that holds many of them.")


def settle_socket_dir(socket_dir: Path, account: SystemUser) -> None:
    """Make the socket's folder; refuse one that somebody else put there."""
    if sys.platform == "win32":
        return
    if find_owner(socket_dir) is None:
        make_folder(socket_dir, owner=account.owner)
    if not is_private(socket_dir, os.geteuid() if account.uid is None else account.uid):
        raise ConfigurationError(
            [f"{socket_dir} is not a private folder of this user: remove it and start again"]
        )


def stop_cluster(cluster: Cluster) -> None:
    """Stop the server: open connections are ended, everything committed is on disk."""
    data = cluster.layout.data_dir.name
    postmaster = read_postmaster(cluster.layout)
    code, said = cluster.run(
        "pg_ctl", "stop", f"--pgdata={data}", "--mode=fast", f"--timeout={START_SECONDS}", "--wait"
    )
    if code:
        raise DatabaseTrouble(f"The embedded PostgreSQL did not stop: {find_reason(said)}.")
    if postmaster and postmaster.socket_dir and is_own_folder(postmaster):
        with suppress(OSError):  # not empty where somebody put something there: not ours to remove
            postmaster.socket_dir.rmdir()


def await_running(cluster: Cluster) -> bool:
    """Say whether a server is already running on this cluster, once it is ready.

    One that nobody can reach any more (its socket was swept away) is stopped.
    """
    deadline = time.monotonic() + START_SECONDS
    while cluster.layout.pid_file.exists() and is_alive(cluster.layout):
        postmaster = read_postmaster(cluster.layout)
        if postmaster is not None and postmaster.is_ready:
            if answers(postmaster):
                return True
            stop_cluster(cluster)
            return False
        if time.monotonic() > deadline:
            raise DatabaseTrouble(
                f"The embedded PostgreSQL is not ready after {START_SECONDS} s:"
                f" {cluster.layout.log} says why."
            )
        time.sleep(0.1)
    return False


def find_reason(text: str) -> str:
    """Return the last line that names an error, else the last line."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    fatal = [line for line in lines if "FATAL:" in line or "PANIC:" in line or "error:" in line]
    return (fatal or lines or ["it gave no reason"])[-1]
