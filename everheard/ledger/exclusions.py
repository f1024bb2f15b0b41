"""Rules that take plays out of every sum; the ledger keeps them all."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from everheard.database.connect import translate_errors
from everheard.database.statements import render, send
from everheard.database.transactions import open_transaction
from everheard.database.trips import Trip
from everheard.ledger import flows


class Rule(NamedTuple):
    """What is left out: a thing by its name, or hours, or dates, both on the listener's clock."""

    rule: str
    name: str = ""
    folded_name: str = ""
    #: Picks one of several things that share a name; None: the name does.
    spotify_id: str | None = None
    first_hour: int | None = None
    end_hour: int | None = None
    first_date: date | None = None
    last_date: date | None = None


class KeptRule(NamedTuple):
    """A rule as the ledger shows it."""

    rule: str
    excluded: str


class LeftOut(NamedTuple):
    """How much all rules of a listener leave out."""

    play_count: int
    hours: float


def insert_exclusion(connection: Connection, *, listener_key: int, rule: Rule) -> int:
    """Add a rule and derive what it changes; return how many things fit it (0: nothing done).

    Several artists, albums or songs may share a name: all of them are left out.
    """
    return _change(connection, flows.EXCLUSION, listener_key, rule)


def delete_exclusion(connection: Connection, *, listener_key: int, rule: Rule) -> int:
    """Take a rule back and derive what that changes; return how many there were."""
    return _change(connection, flows.EXCLUSION_UNDONE, listener_key, rule)


def _change(connection: Connection, change: Trip, listener_key: int, rule: Rule) -> int:
    mine = {"listener_key": listener_key}
    with translate_errors(), connection.cursor() as plain:
        lock = render(plain, flows.LISTENER_LOCK, mine)
        with open_transaction(connection, lock) as cursor:
            send(cursor, render(cursor, change, {**mine, **rule._asdict()}))
            count = int((cursor.fetchone() or (0,))[0])
            if count:
                _derive(cursor, listener_key, rule)
    return count


def _derive(cursor: Cursor, listener_key: int, rule: Rule) -> None:
    """Derive the summaries again; artists, albums and tracks find the months they touch."""
    is_anywhere = rule.rule in {"hours", "dates", "context"}
    trips = (flows.ALL_MONTHS, flows.SUMMARIES) if is_anywhere else (flows.SUMMARIES,)
    send(cursor, *(render(cursor, trip, {"listener_key": listener_key}) for trip in trips))


def read_exclusions(connection: Connection, *, listener_key: int) -> list[KeptRule]:
    """Return the listener's rules, oldest first; what shares a name once."""
    with translate_errors(), connection.cursor() as cursor:
        send(cursor, render(cursor, flows.EXCLUSIONS, {"listener_key": listener_key}))
        return [KeptRule(*row) for row in cursor.fetchall()]


def read_left_out(connection: Connection, *, listener_key: int) -> LeftOut:
    """Return how much the rules leave out of all time."""
    with translate_errors(), connection.cursor() as cursor:
        send(cursor, render(cursor, flows.LEFT_OUT, {"listener_key": listener_key}))
        count, hours = cursor.fetchone() or (0, 0)
    return LeftOut(int(count), float(hours))
