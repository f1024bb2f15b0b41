"""What ``postmaster.pid`` says of a server, and whether it is true."""

from __future__ import annotations

import socket
import sys
from dataclasses import dataclass
from pathlib import Path

from everheard.database.embedded.folder import Layout


@dataclass(frozen=True)
class Postmaster:
    """A server that is running, or was."""

    pid: int
    port: int
    socket_dir: Path | None
    is_ready: bool


def read_postmaster(layout: Layout) -> Postmaster | None:
    """Read ``postmaster.pid``; None where it is missing or not yet written to its end."""
    try:
        lines = layout.pid_file.read_text(errors="replace").splitlines()
    except FileNotFoundError:
        return None
    if len(lines) < 8:
        return None
    socket_dir = Path(lines[4].strip()) if lines[4].strip() else None
    return Postmaster(int(lines[0]), int(lines[3]), socket_dir, lines[7].strip() == "ready")


def answers(postmaster: Postmaster) -> bool:
    """Say whether a PostgreSQL server listens where ``postmaster`` says it does."""
    try:
        if postmaster.socket_dir is not None and sys.platform != "win32":
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
                client.connect(str(postmaster.socket_dir / f".s.PGSQL.{postmaster.port}"))
                return True
        with socket.create_connection(("127.0.0.1", postmaster.port), timeout=5) as client:
            # "Do you speak TLS?": only PostgreSQL answers this with N or S.
            client.sendall(bytes.fromhex("0000000804d2162f"))
            return client.recv(1) in (b"N", b"S")
    except OSError:
        return False


def is_alive(layout: Layout) -> bool:
    """Say whether the process in ``postmaster.pid`` is a server of this folder.

    Removes the file where PostgreSQL would not: it is cut short (the power
    failed), or its number went to another program after a reboot.
    """
    import psutil

    first_line = layout.pid_file.read_text(errors="replace").partition("\n")[0].strip()
    if not first_line.isdecimal():
        layout.pid_file.unlink()
        return False
    try:
        process = psutil.Process(int(first_line))
        if process.name().startswith("postgres") and Path(process.cwd()).samefile(layout.data_dir):
            return True
    except (psutil.NoSuchProcess, FileNotFoundError):
        return False  # PostgreSQL removes the file itself, after a look of its own
    except psutil.AccessDenied:
        pass  # a stranger's process: our own server would let us look
    layout.pid_file.unlink()
    return False
