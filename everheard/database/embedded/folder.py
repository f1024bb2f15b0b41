"""Where the embedded server keeps its things, and the folders it must not live in."""

from __future__ import annotations

import hashlib
import os
import re
import stat
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from everheard.failure import ConfigurationError
from everheard.places import is_root, judge_links

#: A Unix socket's path must fit into 104 bytes on macOS and 108 on Linux, its end included.
LONGEST_SOCKET_PATH = 103
SOCKET_PORT = 5432
#: Where root, and each user who is signed in, has a folder that nobody else can write in.
ROOTS_OWN = Path("/run")
RUNTIME_FOLDERS = Path("/run/user")

#: Folder names that belong to programs which copy files while the server writes them.
SYNCED_NAMES = {
    "OneDrive": re.compile(r"onedrive( - .*)?", re.IGNORECASE),
    "iCloud Drive": re.compile(
        r"icloud ?drive|mobile documents|com~apple~clouddocs", re.IGNORECASE
    ),
    "Dropbox": re.compile(r"dropbox( \(.*\))?", re.IGNORECASE),
    "Google Drive": re.compile(r"google ?drive( .*|-.*)?|my drive", re.IGNORECASE),
    "a cloud drive": re.compile(r"cloudstorage", re.IGNORECASE),
}


@dataclass(frozen=True)
class Layout:
    """The folders and files of one embedded server.

    ``folder`` is real (no symbolic link in it), so that the server, which may
    run as another user, sees the same path.
    """

    folder: Path

    @property
    def data_dir(self) -> Path:
        """PostgreSQL's own folder."""
        return self.folder / "data"

    @property
    def unfinished(self) -> Path:
        """Stands here from before the first file of a new cluster until its database is whole."""
        return self.folder / "unfinished"

    @property
    def passfile(self) -> Path:
        """The password as libpq reads it: ``*:*:*:everheard:PASSWORD``, mode 0600."""
        return self.folder / "pgpass"

    @property
    def pid_file(self) -> Path:
        """Stands as long as the server runs, and after it was killed."""
        return self.data_dir / "postmaster.pid"

    @property
    def port_file(self) -> Path:
        """The port drawn once, where clients come by TCP."""
        return self.folder / "port"

    @property
    def log(self) -> Path:
        """What the server said since its last start."""
        return self.folder / "server.log"

    @property
    def lock(self) -> Path:
        """Held by whoever starts or stops the server."""
        return self.folder / "lock"


def find_layout(home: Path) -> Layout:
    """Return where the server of ``home`` keeps its things; creates nothing.

    Raises OSError where root would have to follow a link that it did not make.
    """
    place = home.expanduser().absolute() / "postgres"
    judge_links(place)
    return Layout(place.resolve())


def uses_tcp() -> bool:
    """Say whether clients come by TCP: Windows has no Unix sockets that libpq and Python share."""
    return sys.platform == "win32"


def refuse_synced(home: Path) -> None:
    """Raise ConfigurationError when ``home`` lies in a folder that is copied to a cloud.

    Such programs lock, delay and duplicate single files; a database whose
    files come from different moments is broken.
    """
    given = home.expanduser().absolute()
    for path in (given, given.resolve()):
        service = _find_service(path)
        if service:
            raise ConfigurationError(
                [
                    f"EVERHEARD_HOME: {given} is copied by {service}, which damages a running"
                    " database: set EVERHEARD_HOME to a folder that stays on this computer"
                ]
            )


def _find_service(path: Path) -> str | None:
    for part in path.parts:
        for service, pattern in SYNCED_NAMES.items():
            if pattern.fullmatch(part):
                return service
    if any((parent / ".dropbox").is_file() for parent in (path, *path.parents)):
        return "Dropbox"
    return None


def find_socket_dir(layout: Layout) -> Path | None:
    """Return a folder for the socket whose path is short and plain ASCII, and private all along.

    None where there is none: then clients come by TCP. A folder that all can write in, like
    ``/tmp``, is no place for it: whoever is there first could stand in for the server
    (docs/decisions/0019-no-server-is-believed-by-its-pid-file.md).
    """
    beside = layout.folder / "socket"
    digest = hashlib.sha256(str(layout.folder).encode()).hexdigest()[:16]
    places = [beside, *(folder / f"everheard-{digest}" for folder in _list_private_folders())]
    return next((place for place in places if _fits(place)), None)


def _list_private_folders() -> Iterator[Path]:
    """Yield short folders in which nobody else can put anything."""
    if sys.platform == "win32":
        return
    given = [ROOTS_OWN]
    if not is_root():
        given = [RUNTIME_FOLDERS / str(os.geteuid()), Path(tempfile.gettempdir())]
    for folder in given:
        if is_private(folder, os.geteuid()):
            yield folder.resolve()


def is_private(folder: Path, owner: int) -> bool:
    """Say whether this is a folder, no link, that belongs to a user and none else can write in."""
    try:
        found = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == owner and not found.st_mode & 0o022


def _fits(socket_dir: Path) -> bool:
    socket_path = str(socket_dir / f".s.PGSQL.{SOCKET_PORT}")
    is_plain = re.fullmatch(r"[A-Za-z0-9/._ -]+", socket_path)
    return bool(is_plain) and len(socket_path) <= LONGEST_SOCKET_PATH


def spell_plainly(path: Path) -> str:
    """Return ``path`` as PostgreSQL's own programs can read it.

    On Windows they know only the letters of the system's code page, so a name
    outside it is replaced by its short form (``MSIK~1``).
    """
    if sys.platform != "win32":
        return str(path)
    import ctypes

    buffer = ctypes.create_unicode_buffer(32768)
    length = ctypes.windll.kernel32.GetShortPathNameW(str(path), buffer, len(buffer))
    short = buffer.value if length else str(path)
    try:
        short.encode("mbcs", "strict")
    except UnicodeEncodeError:
        raise ConfigurationError(
            [
                f"EVERHEARD_HOME: PostgreSQL cannot read every letter of {path} on this computer:"
                r" set EVERHEARD_HOME to a folder with plain letters, like C:\Everheard"
            ]
        ) from None
    return short
