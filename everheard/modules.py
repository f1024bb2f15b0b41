"""Run a module of this project as a process: everheard knows neither jobs nor migrate."""

from __future__ import annotations

import os
import subprocess
import sys

from everheard.config import PROJECT_DIR


def run_module(module: str, *arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    """Run it to its end, with the environment of this process and the changes to it.

    What it prints is kept, errors last. On Windows no console window opens.
    """
    return subprocess.run(  # noqa: S603 (our own modules)
        [sys.executable, "-m", module, *arguments],
        cwd=PROJECT_DIR,
        env={**os.environ, "PYTHONUTF8": "1", **changes},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        check=False,
    )
