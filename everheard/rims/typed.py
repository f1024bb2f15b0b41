"""What is typed on this system before every command. Standard library only."""

from __future__ import annotations

import shutil
import sys

#: How the sentences of the project spell it.
SPELT = "python start.py"


def find_start() -> str:
    """Return what starts Everheard here: Debian has no ``python``, Windows has ``py``."""
    if sys.platform == "win32":
        return "py start.py"
    return SPELT if shutil.which("python") else "python3 start.py"


START = find_start()


def spell(text: str) -> str:
    """Return text with the commands in it as they are typed here."""
    return text if START == SPELT else text.replace(SPELT, START)
