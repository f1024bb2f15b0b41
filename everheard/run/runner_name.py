"""What a machine is called in the record of runs: as the listener says, else a name drawn once.

Never what the machine calls itself: that is often its owner's name, and logs may be public.
"""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path

from everheard.config import Settings

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
    drawn = f"runner-{secrets.token_hex(3)}"
    try:
        settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(drawn)
    except FileExistsError:  # by another run, just now
        return _read(path) or UNNAMED
    except OSError:
        return UNNAMED
    return drawn


def _read(path: Path) -> str:
    try:
        name = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""
    return name if _DRAWN.fullmatch(name) else ""
