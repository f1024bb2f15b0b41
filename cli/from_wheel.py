"""What ``everheard`` starts where it came as a wheel, not as a clone.

The wheel holds the project as it is, in a private folder: there the rooms keep their names, and in
site-packages nothing of ours is called ``api`` or ``jobs``. In the wheel this file is the package
``everheard_wheel``, and the project lies beside it (docs/decisions/0025-a-wheel.md).
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

HOUSE = Path(__file__).resolve().with_name("project")


def main() -> int:
    """Run the command that was typed; return its exit code."""
    sys.path.insert(0, str(HOUSE))
    # For the processes it starts, as start.py does.
    os.environ["PYTHONPATH"] = str(HOUSE)
    os.environ["PYTHONUTF8"] = "1"
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:  # names of songs on a Windows terminal
            stream.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    from cli.__main__ import main as run_command

    return run_command()
