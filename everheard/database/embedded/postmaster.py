"""What ``postmaster.pid`` says of a server, and whether it is true."""

from __future__ import annotations

import os
import socket
import stat
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from everheard.database.embedded.folder import Layout, is_private
from everheard.files import read_file, remove_file
from everheard.places import find_owner, is_root


@dataclass(frozen=True)
class Postmaster:
    """A server that is running, or was."""

    pid: int
    port: int
    socket_dir: Path | None
    is_ready: bool
    #: Whose the server is, by whose its folder is; None on Windows.
    owner: int | None = None

    @property
    def socket_path(self) -> Path | None:
        """Where the socket is, None where clients come by TCP."""
        return self.socket_dir and self.socket_dir / f".s.PGSQL.{self.port}"

    @property
    def proofs(self) -> dict[str, str]:
        """What libpq is to ask of whoever answers, before it trusts them.

        SCRAM is mutual: the password is never sent, and a server that does not know it is found
        out. By a socket the system says whose process is at the other end, too.
        """
        asked = {"require_auth": "scram-sha-256"}
        if sys.platform != "win32" and self.socket_dir is not None and self.owner is not None:
            import pwd

            with suppress(KeyError):  # a number that no user has
                asked["requirepeer"] = pwd.getpwuid(self.owner).pw_name
        return asked


def read_postmaster(layout: Layout) -> Postmaster | None:
    """Read ``postmaster.pid``; None where it is missing or not yet written to its end."""
    try:
        lines = read_file(layout.pid_file).decode(errors="replace").splitlines()
    except FileNotFoundError:
        return None
    if len(lines) < 8:
        return None
    socket_dir = Path(lines[4].strip()) if lines[4].strip() else None
    owner = None if sys.platform == "win32" else find_owner(layout.folder)
    is_ready = lines[7].strip() == "ready"
    return Postmaster(
        int(lines[0]), int(lines[3]), socket_dir, is_ready, owner.uid if owner else None
    )


def answers(postmaster: Postmaster) -> bool:
    """Say whether a PostgreSQL server listens where ``postmaster`` says it does.

    By a socket, only where it and its folder are the server's own: nothing is sent to another's.
    """
    if sys.platform != "win32" and not _is_trusted(postmaster):
        return False
    try:
        if postmaster.socket_path is not None and sys.platform != "win32":
            if not is_own_socket(postmaster):
                return False
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
                client.connect(str(postmaster.socket_path))
                return True
        with socket.create_connection(("127.0.0.1", postmaster.port), timeout=5) as client:
            # "Do you speak TLS?": only PostgreSQL answers this with N or S.
            client.sendall(bytes.fromhex("0000000804d2162f"))
            return client.recv(1) in (b"N", b"S")
    except OSError:
        return False


def _is_trusted(postmaster: Postmaster) -> bool:
    """Say whether the server's folder is this user's; root goes to everybody's, as they do."""
    return is_root() or postmaster.owner == os.geteuid()


def is_own_folder(postmaster: Postmaster) -> bool:
    """Say whether the socket's folder is private to the server's user."""
    folder, owner = postmaster.socket_dir, postmaster.owner
    return folder is not None and owner is not None and is_private(folder, owner)


def is_own_socket(postmaster: Postmaster) -> bool:
    """Say whether the socket is one, in a private folder, and both belong to the server's user."""
    path = postmaster.socket_path
    if path is None or not is_own_folder(postmaster):
        return False
    found = path.lstat()
    return stat.S_ISSOCK(found.st_mode) and found.st_uid == postmaster.owner


def is_alive(layout: Layout) -> bool:
    """Say whether the process in ``postmaster.pid`` is a server of this folder.

    Removes the file where PostgreSQL would not: it is cut short (the power
    failed), or its number went to another program after a reboot.
    """
    import psutil

    first_line = read_file(layout.pid_file).decode(errors="replace").partition("\n")[0].strip()
    if not first_line.isdecimal():
        remove_file(layout.pid_file)
        return False
    try:
        process = psutil.Process(int(first_line))
        if process.name().startswith("postgres") and Path(process.cwd()).samefile(layout.data_dir):
            return True
    except (psutil.NoSuchProcess, FileNotFoundError):
        return False  # PostgreSQL removes the file itself, after a look of its own
    except psutil.AccessDenied:
        pass  # a stranger's process: our own server would let us look
    remove_file(layout.pid_file)
    return False
