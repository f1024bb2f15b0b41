"""Commands on the schema: ``python start.py migrate upgrade``."""

from __future__ import annotations

import argparse
import sys
from contextlib import closing

from everheard.config import read_settings
from everheard.database.connect import connect
from everheard.failure import Failure
from everheard.ledger.summaries import derive_all
from everheard.pipe import outlive_reader
from everheard.rims.counted import say_counted
from everheard.rims.terminal import guard_output
from migrate.document import write_pages
from migrate.move.command import add_ends, move, show_verification
from migrate.move.ends import find_end
from migrate.role import renew_role
from migrate.upgrade import upgrade
from migrate.writer import renew_writer


def main(argv: list[str] | None = None) -> int:
    """Run one command; return its exit code."""
    outlive_reader()
    parser = argparse.ArgumentParser(prog="python start.py migrate", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser(
        "upgrade", help="bring the database in DATABASE_URL (or the embedded one) up to date"
    )
    role = commands.add_parser(
        "role", help="create or renew a role that reads the views only, or one that does the jobs"
    )
    role.add_argument(
        "name",
        nargs="?",
        default="bi_reader",
        help="a reader's name (bi_reader), or writer: it does every job and can drop nothing",
    )
    for name, does in (
        ("copy", "copy the whole ledger into another database, and compare"),
        ("verify", "compare two ledgers, table by table; exit 1 where they differ"),
    ):
        add_ends(commands.add_parser(name, help=does))
    commands.add_parser("summaries", help="derive every sum again from the plays")
    commands.add_parser(
        "document",
        help="write docs/views.md from the database's own comments, and the READMEs in sql/load",
    )
    with guard_output():
        return _run(parser.parse_args(argv))


def _run(options: argparse.Namespace) -> int:
    try:
        if options.command == "copy":
            return move(find_end(options.source), find_end(options.target), None)
        if options.command == "verify":
            return show_verification(find_end(options.source), find_end(options.target))
        settings = read_settings(needs_spotify=False)
        if options.command == "upgrade":
            print(upgrade(settings))
        elif options.command == "role" and options.name == "writer":
            writer = renew_writer(settings)
            print(f"role: {writer.name} does every job, and owns nothing. Put it into the")
            print("DATABASE_URL of the machines that run jobs; `migrate` goes on as the owner.")
            print("Its password, shown this once:")
            print(writer.password)
        elif options.command == "role":
            reader = renew_role(settings, options.name)
            print(f"role: {reader.name} reads schema bi. Its password, shown this once:")
            print(reader.password)
        elif options.command == "summaries":
            with closing(connect(settings, application="everheard summaries")) as connection:
                derived = say_counted(derive_all(connection), "listener")
                print(f"summaries: derived again for {derived}")
        else:
            print(write_pages(settings))
    except Failure as failure:
        print(failure, file=sys.stderr)
        return int(failure.exit_code)
    return 0


if __name__ == "__main__":
    sys.exit(main())
