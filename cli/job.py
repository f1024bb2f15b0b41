"""Run one job now: ``python start.py job NAME``."""

from __future__ import annotations

import importlib


def main(argv: list[str]) -> int:
    """Run the job named first, with the words behind it."""
    name, *rest = argv
    return int(importlib.import_module(f"jobs.{name}").main(rest))
