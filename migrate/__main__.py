"""Commands on the schema: ``python start.py migrate upgrade``."""

from __future__ import annotations

import argparse
import sys

from everheard.config import read_settings
from everheard.failure import Failure
from migrate.upgrade import upgrade


def main(argv: list[str] | None = None) -> int:
    """Run one command; return its exit code."""
    parser = argparse.ArgumentParser(prog="python start.py migrate", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser(
        "upgrade", help="bring the database in DATABASE_URL (or the embedded one) up to date"
    )
    parser.parse_args(argv)
    try:
        print(upgrade(read_settings(needs_spotify=False)))
    except Failure as failure:
        print(failure, file=sys.stderr)
        return int(failure.exit_code)
    return 0


if __name__ == "__main__":
    sys.exit(main())
