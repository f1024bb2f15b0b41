"""Commands for people, behind ``python start.py``."""

from __future__ import annotations

import argparse
import sys

from everheard.config import read_settings
from everheard.failure import Failure


def main(argv: list[str] | None = None) -> int:
    """Run one command; return its exit code."""
    parser = argparse.ArgumentParser(prog="python start.py", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("demo", help="see it all work: no account, no database, no network")
    commands.add_parser("stop", help="stop the embedded database")
    options = parser.parse_args(argv)
    if sys.stdout.encoding.lower() not in {"utf-8", "utf8"}:
        sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
    from everheard import demo

    try:
        if options.command == "demo":
            demo.run_demo()
        else:
            print(demo.stop(read_settings(needs_spotify=False).home))
    except Failure as failure:
        print(failure, file=sys.stderr)
        return int(failure.exit_code)
    return 0


if __name__ == "__main__":
    sys.exit(main())
