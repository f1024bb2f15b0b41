"""Move the ledger to another database: ``python start.py move --from NAME --to NAME``."""

from __future__ import annotations

import argparse

from cli.commands import make_parser
from everheard.rims.typed import START
from migrate.move.command import add_ends, move, show_verification
from migrate.move.ends import EMBEDDED, End, find_end

_EPILOG = f"""
NAME is the name of a setting that holds an address, in .env or in the environment, never the
address itself; {EMBEDDED} is the database that comes with Everheard. The old database is only
read and stays as it is. docs/move.md leads through it.

  {START} move --from DATABASE_URL --to NEW_DATABASE_URL
  {START} move --from DATABASE_URL --to NEW_DATABASE_URL --since
  {START} move --from {EMBEDDED} --to DATABASE_URL --verify
"""


def main(argv: list[str]) -> int:
    """Copy the ledger and compare; or bring along what is new, or only compare."""
    parser = make_parser("move", "Move the whole ledger from one database to another.")
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _EPILOG
    add_ends(parser)
    how = parser.add_mutually_exclusive_group()
    how.add_argument(
        "--since",
        nargs="?",
        const="",
        metavar="DATE",
        help="bring along what is new since the copy (or since that date)",
    )
    how.add_argument("--verify", action="store_true", help="only compare the two")
    options = parser.parse_args(argv)
    source, target = find_end(options.source), find_end(options.target)
    if options.verify:
        return show_verification(source, target)
    move(source, target, options.since)
    print(say_what_is_next(source, target, is_topped_up=options.since is not None))
    return 0


def say_what_is_next(source: End, target: End, *, is_topped_up: bool) -> str:
    """Return what is left to a person."""
    if is_topped_up:
        return "Next: give the runners the new address, and start them again (docs/move.md)."
    return (
        "Next: stop the runners (workflows, Pi, schedule), bring along what is new with\n"
        f"  {START} move --from {source.name} --to {target.name} --since\n"
        "give them the new address, and start them again (docs/move.md)."
    )
