"""Stop the embedded database: ``python start.py stop``."""

from __future__ import annotations

from cli.commands import make_parser
from everheard.config import read_settings
from everheard.database import embedded
from everheard.demo import DEMO_FOLDER
from everheard.rims.counted import say_counted


def main(argv: list[str]) -> int:
    """Stop the servers of the ledger and of the demo; say how many there were."""
    make_parser("stop").parse_args(argv)
    home = read_settings(needs_spotify=False).home
    stopped = sum(embedded.stop(folder) for folder in (home / DEMO_FOLDER, home))
    print(f"stop: {say_counted(stopped, 'embedded server')} stopped")
    return 0
