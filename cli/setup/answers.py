"""What setup was told and no setting holds: a small file beside the embedded database."""

from __future__ import annotations

import json
from pathlib import Path

from everheard.files import make_folder, read_file, write_file

_FILE = "setup.json"


def read_answers(home: Path) -> dict[str, str]:
    """Return what is remembered; a missing or damaged file holds no answers."""
    try:
        answers = json.loads(read_file(home / _FILE))
    except (OSError, ValueError):
        return {}
    return answers if isinstance(answers, dict) else {}


def remember(home: Path, **entries: str) -> None:
    """Add to what is remembered."""
    make_folder(home)
    answers = {**read_answers(home), **entries}
    write_file(home / _FILE, json.dumps(answers, indent=1))
