"""Of whom a job tells that tells of everybody: of all, or of the one who was named."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import NamedTuple, TypeVar

from psycopg2.extensions import connection as Connection

from everheard.database.connect import translate_errors
from everheard.ledger.listeners import find_listener
from everheard.report.read import read_listeners
from everheard.run.job import Run

_Read = TypeVar("_Read")


class ShownListener(NamedTuple):
    """A listener, and the place among all in the ledger, which their files are named by."""

    place: int
    listener_key: int
    name: str
    timezone: str


def add_whose(parser: argparse.ArgumentParser) -> None:
    """Add the option that names one of several listeners."""
    parser.add_argument("--listener", metavar="NAME", help="of whom, if you are several (all)")


def read_everybody(run: Run) -> list[ShownListener]:
    """Read all listeners of the ledger."""
    with translate_errors():
        rows = read_listeners(run.ledger.connect())
    return [ShownListener(place, *row) for place, row in enumerate(rows)]


def choose_shown(run: Run, everybody: list[ShownListener]) -> list[ShownListener]:
    """Return those of whom the run tells; raise ConfigurationError for a name that is nobody's."""
    if run.options.listener is None:
        return everybody
    settings = run.settings
    one = find_listener(
        run.ledger.connect(),
        run.options.listener,
        shows_names=settings.shows_names or not settings.is_actions,
    )
    return [shown for shown in everybody if one and shown.listener_key == one.listener_key]


def read_shown(
    run: Run, shown: ShownListener, read: Callable[[Connection, int, str, str], _Read]
) -> _Read:
    """Read what is told of a listener, whose time zone is mended where the database lacks it."""

    def read_once() -> _Read:
        # A zone may just have been mended: it is asked for again.
        mine = read_everybody(run)[shown.place]
        with translate_errors():
            return read(run.ledger.connect(), mine.listener_key, mine.name, mine.timezone)

    return run.with_known_zones(read_once)
