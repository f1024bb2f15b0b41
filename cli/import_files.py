"""Bring in a privacy export, and show it: ``python start.py import FILE...``.

Whoever comes with a history and nothing else gets a ledger, a name and a time zone.
"""

from __future__ import annotations

import argparse
import sys
from contextlib import closing
from dataclasses import replace
from typing import NamedTuple

from cli.listener import check_name, check_zone
from cli.setup.ask import ask
from cli.setup.steps import guess_timezone
from everheard.config import Settings, read_settings
from everheard.database.connect import connect
from everheard.failure import ConfigurationError
from everheard.ledger.listeners import read_listeners, update_listener
from everheard.run.job import run_job
from jobs import import_history, publish_dashboard

#: With these nothing is kept, and nobody is made.
_ONLY_TELLS = {"-h", "--help", "--list", "--dry-run"}


class Whose(NamedTuple):
    """Who comes with a first history; ``is_guessed``: the zone is the machine's own."""

    name: str | None
    zone: str
    is_guessed: bool


def main(argv: list[str]) -> int:
    """Import; of the first history, ask whose it is, and open the page."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False, usage=argparse.SUPPRESS)
    first = parser.add_argument_group("of a history that comes before any sign-in")
    first.add_argument("--name", help="the name shown on the pages")
    first.add_argument("--timezone", metavar="ZONE", help="where you live: Europe/Berlin")
    options, rest = parser.parse_known_args(argv)
    if not rest or _ONLY_TELLS & set(rest):
        try:
            return import_history.main(rest)
        except SystemExit:  # its help was shown
            print(f"\n{parser.format_help().strip()}")
            raise
    settings = read_settings(needs_spotify=False)
    name, zone = check_name(options.name), check_zone(options.timezone)
    is_first = _is_first(settings)
    if not is_first and (name or zone):
        raise ConfigurationError(
            [
                "--name and --timezone are for a history that comes first: `python start.py"
                " listener` changes those of listeners that are there"
            ]
        )
    if not is_first:
        return run_job(import_history.JOB, rest, settings)
    whose = _ask_whose(settings, name, zone)
    code = run_job(import_history.JOB, rest, replace(settings, timezone=whose.zone))
    # Also where a file of several was damaged: what the others told is there to be looked at.
    return _introduce(settings, whose, code)


def _is_first(settings: Settings) -> bool:
    with closing(connect(settings, application="everheard import")) as connection:
        return not read_listeners(connection).known


def _ask_whose(settings: Settings, name: str | None, zone: str | None) -> Whose:
    """Complete what was not said; where nobody can be asked, the zone is the machine's."""
    zone = zone or settings.timezone
    if sys.stdin.isatty() and sys.stdout.isatty():
        name = name or check_name(ask("Your name, for the pages (Enter for none)") or None)
        zone = zone or check_zone(ask("Your time zone", guess_timezone()))
    return Whose(name, zone or guess_timezone(), is_guessed=zone is None)


def _introduce(settings: Settings, whose: Whose, code: int) -> int:
    """Name the listener that the import has made, if it has, and open the page.

    Returns the exit code: the import's, else the page's.
    """
    with closing(connect(settings, application="everheard import")) as connection:
        known = read_listeners(connection).known
        if not known:
            return code
        if whose.name is not None and len(known) == 1:
            update_listener(connection, listener_key=known[0].listener_key, name=whose.name)
    if whose.is_guessed:
        print(
            f"Days are those of {whose.zone}:"
            " `python start.py listener --timezone ZONE` changes that.",
            file=sys.stderr,
        )
    page = publish_dashboard.main(["--open"])
    return code or page
