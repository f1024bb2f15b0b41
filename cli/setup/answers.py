"""What setup was told and no setting holds: a small file beside the embedded database."""

from __future__ import annotations

import json
from pathlib import Path

_FILE = "setup.json"


def read_memory(home: Path) -> dict[str, str]:
    """Return what is remembered; a missing or damaged file is an empty memory."""
    try:
        memory = json.loads((home / _FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return memory if isinstance(memory, dict) else {}


def remember(home: Path, **entries: str) -> None:
    """Add to what is remembered."""
    home.mkdir(parents=True, exist_ok=True)
    memory = {**read_memory(home), **entries}
    (home / _FILE).write_text(json.dumps(memory, indent=1), encoding="utf-8")
