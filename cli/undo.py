"""Take back what was done: ``python start.py undo import 3``, ``undo rating "Blue"``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from decimal import Decimal

from psycopg2.extensions import connection as Connection

from cli.commands import make_parser
from cli.exclude import add_rule, run_exclude
from everheard.config import Settings, read_settings
from everheard.database.connect import connect
from everheard.failure import ExitCode, Failure
from everheard.ledger.imports import (
    CommittedImport,
    describe_imports,
    read_imports,
    undo_import,
)
from everheard.ledger.listeners import Listener, find_listener
from everheard.ledger.ratings import Rater, find_rater, undo_rating
from everheard.ledger.recordings import join_names
from everheard.ledger.releases import undo_release
from everheard.ledger.summaries import derive_summaries
from everheard.rims.counted import say_counted
from everheard.rims.typed import START
from everheard.rows import GivenRating
from everheard.sources.ratings.rows import check_name


class NothingToUndo(Failure):
    """There is no such thing, or it has been undone already."""

    exit_code = ExitCode.BAD_INPUT


def main(argv: list[str]) -> int:
    """Undo one thing that was done, and say what it was."""
    parser = make_parser("undo", "Take back what was done, and derive what it changed anew.")
    kinds = parser.add_subparsers(metavar="KIND", required=True)
    whole = kinds.add_parser("import", help="an import, whole: undo import N")
    whole.add_argument("number", type=int, help=f"which: `{START} import --list` numbers them")
    whole.add_argument("--yes", action="store_true", help="do not ask")
    whole.set_defaults(run=undo_one_import)
    for kind, does, run in (
        ("rating", "the rating of an album that counts: undo rating TITLE", undo_one_rating),
        ("release", "a new release that is none: undo release TITLE", undo_one_release),
    ):
        album = kinds.add_parser(kind, help=does)
        add_album(album)
        album.set_defaults(run=run)
    rule = kinds.add_parser("exclusion", help="a rule of exclude: undo exclusion artist NAME")
    add_rule(rule)
    rule.set_defaults(run=undo_exclusion)
    options = parser.parse_args(argv)
    code: int = options.run(options)
    return code


def add_album(parser: argparse.ArgumentParser) -> None:
    """Add which album is meant, and whose."""
    parser.add_argument("album", nargs="?", default="", help="its title, in quotes")
    parser.add_argument("--artist", default="", help="where several albums have the title")
    parser.add_argument("--album-id", default="", help="Spotify's id, instead of the title")
    parser.add_argument("--listener", metavar="NAME", help="whose, if you are several")


def undo_one_rating(options: argparse.Namespace) -> int:
    """Take back the rating that counts of an album; the one before counts again."""
    with _open_for_album(options, find_rater) as (connection, listener_key, meant):
        undone = undo_rating(connection, listener_key=listener_key, meant=meant)
    if undone is None:
        raise NothingToUndo(f"{_name(options)} has no rating.")
    now = f"{undone.earlier} counts again" if undone.earlier else "it has no rating any more"
    print(
        f"undo: took back {undone.rating} of {undone.rated_at:%Y-%m-%d} for"
        f" {undone.album_name!r}; {now}. `{START} job rank_albums` ranks anew."
    )
    return 0


def undo_one_release(options: argparse.Namespace) -> int:
    """Take an album out of the new releases; it is not listed again."""
    with _open_for_album(options, find_listener) as (connection, listener_key, meant):
        undone = undo_release(connection, listener_key=listener_key, meant=meant)
    if undone is None:
        raise NothingToUndo(f"{_name(options)} is not among the new releases.")
    name, date = undone
    print(f"undo: {name!r} ({date or 'no date'}) is no new release any more")
    return 0


def undo_exclusion(options: argparse.Namespace) -> int:
    """Let what a rule left out count again: as ``exclude --undo``."""
    options.list, options.undo = False, True
    return run_exclude(options)


def _name(options: argparse.Namespace) -> str:
    return repr(options.album or options.album_id)


@contextmanager
def _open_for_album(
    options: argparse.Namespace,
    find: Callable[[Connection, str | None], Listener | Rater | None],
) -> Iterator[tuple[Connection, int, GivenRating]]:
    settings = read_settings(needs_spotify=False)
    title = check_name("album", options.album)
    if not title and not options.album_id:
        raise NothingToUndo("Name the album: its title in quotes, or --album-id.")
    artist = check_name("artist", options.artist)
    meant = GivenRating(title, Decimal(0), artist, options.album_id or None)
    with closing(connect(settings, application="everheard undo")) as connection:
        listener = find(connection, options.listener)
        if listener is None:
            raise NothingToUndo("The ledger is empty.")
        yield connection, listener.listener_key, meant


def undo_one_import(options: argparse.Namespace) -> int:
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
    rows = say_counted(undone.added_count, "row")
    print(f"undo: import {undone.import_key} is undone, {rows} went with it")
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
    answer = input(f"Take {say_counted(undone.added_count, 'row')} out of the ledger? [y/N] ")
    return answer.strip().lower() in {"y", "yes"}


def _undo(connection: Connection, settings: Settings, undone: CommittedImport) -> None:
    undo_import(connection, undone)
    join_names(connection)
    derive_summaries(connection, settings, undone.listener_key)
