"""Leave plays out of every sum: ``python start.py exclude artist "White Noise"``."""

from __future__ import annotations

import argparse
import re
from contextlib import closing
from datetime import date

from psycopg2.extensions import connection as Connection

from cli.commands import make_parser
from everheard.config import read_settings
from everheard.database.connect import connect
from everheard.failure import ExitCode, Failure
from everheard.ledger.exclusions import (
    LeftOut,
    Rule,
    delete_exclusion,
    insert_exclusion,
    read_exclusions,
    read_left_out,
)
from everheard.ledger.listeners import (
    Listener,
    choose_listener,
    find_or_insert_listener,
    read_listeners,
)
from everheard.names import fold_name
from everheard.rims.counted import say_counted
from everheard.rims.plain import to_line

NAMED = ("artist", "album", "track", "show", "context")
_LINK = re.compile(
    r"(?:spotify:|https://open\.spotify\.com/(?:intl-\w+/)?)(?P<kind>artist|album|track|show)"
    r"[:/](?P<id>[0-9A-Za-z]{22})(?:\?.*)?"
)


class BadRule(Failure):
    """The rule cannot be read, or nothing fits it."""

    exit_code = ExitCode.BAD_INPUT


def main(argv: list[str]) -> int:
    """Add a rule, take one back, or list them."""
    parser = make_parser("exclude", "Leave plays out of every sum; the ledger keeps them all.")
    add_rule(parser)
    parser.add_argument("--list", action="store_true", help="show the rules, and change nothing")
    parser.add_argument(
        "--undo", action="store_true", help="let what the rule left out count again"
    )
    return run_exclude(parser.parse_args(argv))


def add_rule(parser: argparse.ArgumentParser) -> None:
    """Add which rule is meant, and whose."""
    parser.add_argument("rule", nargs="?", choices=[*NAMED, "hours", "dates"])
    parser.add_argument(
        "value",
        nargs="?",
        help="a name in quotes or a Spotify link, 23-7, or 2026-05-01..2026-05-17",
    )
    parser.add_argument("--listener", metavar="NAME", help="whose plays, if you are several")


def run_exclude(options: argparse.Namespace) -> int:
    """Add a rule, take one back, or list them; say how much is left out."""
    settings = read_settings(needs_spotify=False)
    rule = None if options.list else to_rule(options.rule, options.value)
    with closing(connect(settings, application="everheard exclude")) as connection:
        if rule is None:
            known = read_listeners(connection).known
            chosen = choose_listener(known, options.listener) if options.listener else None
            _list(connection, [chosen] if chosen else known)
            return 0
        listener_key, _ = find_or_insert_listener(connection, options.listener, settings.timezone)
        before = read_left_out(connection, listener_key=listener_key)
        _change(connection, listener_key, rule, is_undone=options.undo)
        after = read_left_out(connection, listener_key=listener_key)
        print(f"exclude: {_say_change(before, after, is_undone=options.undo)}")
    return 0


def _say_change(before: LeftOut, after: LeftOut, *, is_undone: bool) -> str:
    """Say what this rule changed, and what all rules leave out: they may be many."""
    plays, hours = after.play_count - before.play_count, after.hours - before.hours
    changed = _say_plays(abs(plays), abs(hours), "counts again" if is_undone else "is left out")
    return f"{changed}; all rules together leave out {_say_plays(*after)}"


def _say_plays(count: int, hours: float, does: str = "") -> str:
    """Say plays with their hours, and what they do, by the verb of one."""
    verb, _, rest = does.partition(" ")
    many = {"counts": "count", "is": "are"}.get(verb, "")
    said = f"{say_counted(count, 'play')} ({hours:.1f} h)"
    return f"{said} {verb if count == 1 else many} {rest}" if does else said


def _list(connection: Connection, listeners: list[Listener]) -> None:
    """Print each listener's rules; where there are several, beneath their names."""
    for one in listeners:
        key, name = one.listener_key, to_line(one.name or f"listener {one.listener_key}")
        if len(listeners) > 1:
            print(f"{name}:")
        lines = [
            to_line(f"{kept.rule} {kept.excluded}")
            for kept in read_exclusions(connection, listener_key=key)
        ]
        print("\n".join(lines or ["No rule leaves anything out."]))
        of = f"of {name}: " if len(listeners) > 1 else ""
        print(f"exclude: {of}{_say_left_out(connection, key)}")
    if not listeners:
        print("exclude: nobody is in the ledger yet, so no rule leaves anything out")


def _say_left_out(connection: Connection, listener_key: int) -> str:
    left_out = read_left_out(connection, listener_key=listener_key)
    return f"{_say_plays(*left_out, 'is left out')} of every sum"


def to_rule(kind: str | None, value: str | None) -> Rule:
    """Read what was typed; raise BadRule with an example where it cannot be read."""
    if not kind or not value:
        raise BadRule('Say what to leave out: `python start.py exclude artist "White Noise"`.')
    if kind in NAMED:
        return _to_named_rule(kind, value)
    if kind == "hours":
        found = re.fullmatch(r"(\d{1,2})-(\d{1,2})", value)
        first, end = (int(found[1]), int(found[2])) if found else (0, 0)
        if first == end or first > 23 or end > 24:
            raise BadRule(f"{value!r} are no hours like 23-7 (23:00 to 6:59).")
        return Rule(kind, value, first_hour=first, end_hour=end)
    first_text, _, last_text = value.partition("..")
    try:
        days = date.fromisoformat(first_text), date.fromisoformat(last_text or first_text)
    except ValueError:
        raise BadRule(f"{value!r} are no dates like 2026-05-01..2026-05-17.") from None
    if days[0] > days[1]:
        raise BadRule(f"{value!r} ends before it begins.")
    return Rule(kind, value, first_date=days[0], last_date=days[1])


def _to_named_rule(kind: str, value: str) -> Rule:
    link = _LINK.fullmatch(value) if kind != "context" else None
    if link and link["kind"] != kind:
        raise BadRule(f"{value!r} is no {kind}: say `exclude {link['kind']}`.")
    spotify_id = link["id"] if link else None
    return Rule(kind, name=value, folded_name=fold_name(value), spotify_id=spotify_id)


def _change(connection: Connection, listener_key: int, rule: Rule, *, is_undone: bool) -> None:
    change = delete_exclusion if is_undone else insert_exclusion
    count = change(connection, listener_key=listener_key, rule=rule)
    if count > 1 and not is_undone:
        print(
            f"{count} {rule.rule}s are called {rule.name!r}, and all are left out. To choose one,"
            " take this back with --undo and give its Spotify link in place of the name."
        )
    if not count:
        where = (
            "among the rules: `python start.py exclude --list` shows them"
            if is_undone
            else ("in the ledger: names are compared without case and accents, whole")
        )
        raise BadRule(f"There is no {rule.rule} {rule.name!r} {where}.")
