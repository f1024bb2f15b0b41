"""Take in what another ledger holds: ``python start.py adopt WHAT``."""

from __future__ import annotations

import argparse
import secrets
import sys
from contextlib import closing
from pathlib import Path

from cli.adopt_older import adopt_older
from cli.commands import make_parser
from everheard.config import Settings, read_settings
from everheard.database.connect import connect
from everheard.export.parquet_reading import count_missing, read_export
from everheard.export.refusal import needing_place
from everheard.failure import ConfigurationError
from everheard.files import lend_folder, make_folder
from everheard.rims.counted import say_counted
from migrate.restore import restore


def main(argv: list[str]) -> int:
    """Look, say what was understood, ask, and take it in."""
    parser = make_parser(
        "adopt", "Take in what another ledger holds; it is looked at first, and only read."
    )
    parser.add_argument(
        "what",
        metavar="WHAT",
        help="a folder of `export parquet:FOLDER`, a file of SQLite, or the name of a setting"
        " that holds the address of a PostgreSQL or MongoDB",
    )
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.add_argument("--listener", metavar="NAME", help="whose plays, if you are several")
    parser.add_argument("--table", default="", help="which table or collection holds the plays")
    parser.add_argument(
        "--timezone", default="UTC", metavar="ZONE", help="of moments that name none (UTC)"
    )
    parser.add_argument("--starts", action="store_true", help="moments are starts, not ends")
    options = parser.parse_args(argv)
    settings = read_settings(needs_spotify=False)
    path = Path(options.what).expanduser()
    if path.is_dir():
        return adopt_export(settings, path, options)
    steps = adopt_older(settings, options)
    print(next(steps))
    if not options.yes and not ask("Take them in?"):
        print("adopt: nothing was changed")
        return 0
    for sentence in steps:
        print(sentence)
    return 0


def adopt_export(settings: Settings, path: Path, options: argparse.Namespace) -> int:
    """Make the ledger that a folder of Parquet holds, or say that it is there already."""
    make_folder(settings.home)
    beside = settings.home / f"adopt-{secrets.token_hex(4)}"
    with needing_place(settings.home), lend_folder(beside) as folder:
        export = read_export(path)
        print(
            f"A ledger of Everheard's, tables at version {export.version}:"
            f" {say_counted(export.row_count, 'row')} in {len(export.tables)} tables."
        )
        if _is_filled(settings):
            with closing(connect(settings, application="everheard adopt")) as connection:
                missing = count_missing(connection, export, folder)
            if missing:
                raise ConfigurationError(
                    [
                        f"This ledger holds something else, and lacks {say_counted(missing, 'row')}"
                        " of that one: adopt it into an empty database (DATABASE_URL), or an empty"
                        " EVERHEARD_HOME"
                    ]
                )
            print("adopt: all of it is there already, nothing was added")
            return 0
        if not options.yes and not ask("Take it in?"):
            print("adopt: nothing was changed")
            return 0
        for sentence in restore(settings, export, folder):
            print(sentence)
    print(f"adopt: {say_counted(export.row_count, 'row')} taken in")
    return 0


def _is_filled(settings: Settings) -> bool:
    """Say whether somebody is in the ledger already; one without tables is empty."""
    with (
        closing(connect(settings, application="everheard adopt")) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute("select to_regclass('warehouse.dim_listener') is not null")
        (has_tables,) = cursor.fetchone() or (False,)
        if has_tables:
            cursor.execute("select exists (select from warehouse.dim_listener)")
        else:
            cursor.execute("select false")
        (is_filled,) = cursor.fetchone() or (False,)
    return bool(is_filled)


def ask(question: str) -> bool:
    """Ask a person; nobody there, nothing is done."""
    if not sys.stdin.isatty():
        raise ConfigurationError(["Nobody is there to be asked: add --yes to take it in"])
    return input(f"{question} [y/N] ").strip().lower() in {"y", "yes"}
