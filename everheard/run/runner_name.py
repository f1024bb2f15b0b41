"""What a machine is called in the record of runs: as the listener says, else a name drawn once.

Never what the machine calls itself: that is often its owner's name, and logs may be public.
"""

from __future__ import annotations

import re
import secrets
from os import SEEK_END
from pathlib import Path

from everheard.config import Settings
from everheard.files import make_folder, open_file, read_file

NAME_FILE = "runner-name"
#: Where no name can be kept.
UNNAMED = "unnamed"
_DRAWN = re.compile(r"runner-[0-9a-f]{6}")


def find_runner(settings: Settings) -> str:
    """Return this machine's name, "" where it has none yet."""
    return settings.runner or _read(settings.home / NAME_FILE)


def settle_runner(settings: Settings) -> str:
    """Return this machine's name; a first one is drawn, and kept in the data folder."""
    if known := find_runner(settings):
        return known
    path = settings.home / NAME_FILE
    try:
        make_folder(settings.home)
        with open_file(path) as file:
            if not file.seek(0, SEEK_END):
                file.write(f"runner-{secrets.token_hex(3)}\n".encode())
    except OSError:
        return UNNAMED
    return _read(path) or UNNAMED  # of several that draw at once, the first has named it


def _read(path: Path) -> str:
    try:
        name, _, _ = read_file(path).decode("ascii").strip().partition("\n")
    except (OSError, UnicodeDecodeError):
        return ""
    return name if _DRAWN.fullmatch(name) else ""
