"""Show the listeners, and change a name or time zone: ``python start.py listener``."""

from __future__ import annotations

import argparse
from contextlib import closing

from psycopg2.extensions import connection as Connection

from cli.commands import make_parser
from everheard.config import Settings, read_settings
from everheard.database.connect import connect
from everheard.failure import ConfigurationError
from everheard.ledger.listeners import (
    Listener,
    choose_listener,
    read_listeners,
    update_listener,
)
from everheard.names import fold_name
from everheard.rims.plain import to_line
from everheard.run.warnings import say_other_zone
from everheard.zones import describe_unknown_zone, is_zone

LONGEST_NAME = 100


def main(argv: list[str]) -> int:
    """Show every listener, or change one."""
    parser = make_parser("listener", "Show the listeners; change a name or a time zone.")
    parser.add_argument("--listener", metavar="NAME", help="whom, if you are several")
    parser.add_argument("--name", help="the name shown from now on")
    parser.add_argument(
        "--timezone", metavar="ZONE", help="where you live, by its IANA name: Europe/Berlin"
    )
    return run_listener(parser.parse_args(argv))


def run_listener(options: argparse.Namespace) -> int:
    """Change what was named, or show everybody; say what was done."""
    settings = read_settings(needs_spotify=False)
    name, zone = check_name(options.name), check_zone(options.timezone)
    with closing(connect(settings, application="everheard listener")) as connection:
        known = read_listeners(connection).known
        if name is None and zone is None:
            shown = known if options.listener is None else [_choose(known, options.listener)]
            print("\n".join(_describe(one) for one in shown))
            print(f"listener: {len(shown) or 'nobody is here yet: `python start.py authorize`'}")
            return 0
        one = _choose(known, options.listener)
        if name is not None:
            _refuse_taken_name(known, one, name)
        print(_change(connection, settings, one, name, zone))
    return 0


def check_name(name: str | None) -> str | None:
    """Return the name in one line; raise ConfigurationError where it is none."""
    if name is None:
        return None
    shown = " ".join(name.split())
    if not fold_name(shown) or len(shown) > LONGEST_NAME or not shown.isprintable():
        raise ConfigurationError([f"--name takes a name of 1 to {LONGEST_NAME} characters"])
    return shown


def check_zone(zone: str | None) -> str | None:
    """Return the zone where this Python knows it; the database is asked when it is written."""
    if zone is None or is_zone(zone.strip()):
        return zone and zone.strip()
    raise ConfigurationError([f"--timezone: {describe_unknown_zone(zone.strip())}"])


def _choose(known: list[Listener], wanted: str | None) -> Listener:
    one = choose_listener(known, wanted)
    if one is None:
        raise ConfigurationError(
            ["Nobody is in the ledger yet: `python start.py authorize` signs you in"]
        )
    return one


def _refuse_taken_name(known: list[Listener], one: Listener, name: str) -> None:
    for other in known:
        if other.listener_key != one.listener_key and fold_name(other.name) == fold_name(name):
            raise ConfigurationError(
                [f"Listener {other.listener_key} is called {other.name}: take another name"]
            )


def _change(
    connection: Connection, settings: Settings, one: Listener, name: str | None, zone: str | None
) -> str:
    kept = update_listener(connection, listener_key=one.listener_key, name=name, timezone=zone)
    changes = []
    if name is not None and name != one.name:
        changes.append(f"name {to_line(one.name or 'none')} → {name}")
    if kept != one.timezone:
        changes.append(f"time zone {one.timezone} → {kept}")
    said = [f"The database knows {zone} as {kept}."] if zone and kept != zone else []
    if kept != one.timezone:
        said.append("Days and hours follow at once; sums of months with the next run.")
    if settings.timezone and zone and say_other_zone(settings.timezone, kept):
        said.append(f"LISTENER_TIMEZONE still says {settings.timezone}: change it, or take it out.")
    who = to_line(name or one.name or f"listener {one.listener_key}")
    return "\n".join([*said, f"listener: {who}: {', '.join(changes) or 'as it was'}"])


def _describe(one: Listener) -> str:
    name = to_line(one.name or "without a name")
    return f"{one.listener_key:>3}  {name}  {one.timezone}  since {one.created_at:%Y-%m-%d}"
