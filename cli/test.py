"""Run the test suite, from the project's own folder: ``python start.py test``."""

from __future__ import annotations

import os
import runpy
import sys

from cli.commands import PROJECT_DIR
from everheard.rims.typed import START


def main(argv: list[str]) -> int:
    """Hand the words to pytest, which ends the process with its own exit code."""
    os.chdir(PROJECT_DIR)
    sys.argv = [f"{START} test", *argv]
    runpy.run_module("pytest", run_name="__main__")
    return 0
