"""Take back what was done: ``python start.py undo import 3``."""

from __future__ import annotations

import argparse
import sys
from contextlib import closing

from psycopg2.extensions import connection as Connection

from cli.commands import START, make_parser
from everheard.config import Settings, read_settings
from everheard.database.connect import connect
from everheard.failure import ExitCode, Failure
from everheard.ledger.imports import (
    CommittedImport,
    describe_imports,
    read_imports,
    undo_import,
)
from everheard.ledger.recordings import join_names
from everheard.ledger.summaries import derive_summaries


class NothingToUndo(Failure):
    """There is no such thing, or it has been undone already."""

    exit_code = ExitCode.BAD_INPUT


def main(argv: list[str]) -> int:
    """Undo one thing that was done, after showing what it is."""
    parser = make_parser("undo", "Take back an import, whole, and derive what it changed anew.")
    parser.add_argument("kind", choices=["import"], help="what kind of thing")
    parser.add_argument("number", type=int, help=f"which: `{START} import --list` numbers them")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    return run_undo(parser.parse_args(argv))


def run_undo(options: argparse.Namespace) -> int:
    """Show the import, ask, take it back, and say what should be imported again."""
    settings = read_settings(needs_spotify=False)
    with closing(connect(settings, application="everheard undo")) as connection:
        undone = _find(read_imports(connection), options.number)
        print(describe_imports([undone]))
        if not options.yes and not _ask(undone):
            print("undo: nothing was changed")
            return 0
        _undo(connection, settings, undone)
        wanted = [
            one
            for one in read_imports(connection, undone.listener_key)
            if one.is_wanted and one.import_key != undone.import_key
        ]
    if wanted:
        print(
            "These told some of it, too: import them again, or days that they cover stay unknown."
        )
        print(describe_imports(wanted))
    print(f"undo: import {undone.import_key} is undone, {undone.added_count:,} rows went with it")
    return 0


def _find(imports: list[CommittedImport], number: int) -> CommittedImport:
    for one in imports:
        if one.import_key == number:
            if one.undone_at:
                raise NothingToUndo(
                    f"Import {number} was undone at {one.undone_at:%Y-%m-%d %H:%M}."
                )
            return one
    raise NothingToUndo(f"There is no import {number}: `{START} import --list` shows them all.")


def _ask(undone: CommittedImport) -> bool:
    if not sys.stdin.isatty():
        raise NothingToUndo("Nobody is there to be asked: add --yes to undo it.")
    answer = input(f"Take these {undone.added_count:,} rows out of the ledger? [y/N] ")
    return answer.strip().lower() in {"y", "yes"}


def _undo(connection: Connection, settings: Settings, undone: CommittedImport) -> None:
    undo_import(connection, undone)
    join_names(connection)
    derive_summaries(connection, settings, undone.listener_key)
