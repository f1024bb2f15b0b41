"""What is typed on this system before every command. Standard library only."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

#: How the sentences of the project spell it.
SPELT = "python start.py"
_PROJECT_DIR = Path(__file__).resolve().parents[2]
#: Whether this came as a wheel (cli/from_wheel.py), with no clone around it.
IS_WHEEL = not (_PROJECT_DIR / "start.py").exists()
#: Whether it was lent for one command: uv and pipx throw such environments away.
IS_LENT = IS_WHEEL and bool({"archive-v0", ".cache"} & set(Path(sys.prefix).parts))


def find_start() -> str:
    """Return what starts Everheard here: Debian has no ``python``, Windows has ``py``."""
    if IS_WHEEL:
        return "uvx everheard" if IS_LENT else "everheard"
    if sys.platform == "win32":
        return "py start.py"
    return SPELT if shutil.which("python") else "python3 start.py"


START = find_start()


def spell(text: str) -> str:
    """Return text with the commands in it as they are typed here."""
    return text if START == SPELT else text.replace(SPELT, START)
