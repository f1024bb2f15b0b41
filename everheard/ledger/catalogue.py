"""The catalogue in the ledger: what to ask for next, answers in, pointers and recordings found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from everheard.database.connect import translate_errors
from everheard.database.statements import render, render_staged, send
from everheard.database.transactions import write_whole
from everheard.database.trips import Trip
from everheard.ledger import flows
from everheard.ledger.derive import derive
from everheard.rows import StagedRows

_NOBODY = -1  # no listener's key: changed classes are noted for every listener


class Ask(NamedTuple):
    """One call to make: what for, from which page on.

    ``aliases``: (id, folded name) of tracks that Spotify answers under other ids.
    """

    kind: str
    spotify_id: str
    next_offset: int
    aliases: tuple[tuple[str, str], ...]


class Queue(NamedTuple):
    """The next calls, the most valuable first, and about how many are left in all."""

    asks: list[Ask]
    calls_left: int


def read_queue(
    connection: Connection, *, kinds: Iterable[str], limit: int, is_batch: bool
) -> Queue:
    """Read what to ask for next; ``is_batch``: tracks and artists go fifty to a call."""
    parameters = {"kinds": list(kinds), "ask_count": limit, "is_batch": is_batch}
    return read_asks(connection, flows.CATALOGUE_QUEUE, parameters)


def read_asks(connection: Connection, trip: Trip, parameters: Mapping[str, Any]) -> Queue:
    """Read a queue of calls by that statement."""
    with translate_errors(), connection.cursor() as cursor:
        send(cursor, render(cursor, trip, parameters))
        rows = cursor.fetchall()
    asks = [
        Ask(kind, spotify_id, offset, tuple((one, name) for one, name in aliases or ()))
        for kind, spotify_id, offset, aliases, _ in rows
        if kind
    ]
    return Queue(asks, rows[0][-1] if rows else 0)


def load_answers(connection: Connection, rows: StagedRows, paged_albums: list[str]) -> None:
    """Bring answers into the dimensions, and write down what is owed.

    Tracks of an album that nobody has heard are left out, but for new releases. Match
    classes that change are noted for every listener: ``derive_changed`` does the rest.
    """

    def write(cursor: Cursor) -> None:
        parameters = {"listener_key": _NOBODY, "paged_albums": paged_albums}
        send(cursor, render(cursor, flows.ANSWERS, parameters, render_staged(cursor, rows)))

    write_whole(connection, b"", write)


def derive_changed(connection: Connection) -> None:
    """Derive again, listener by listener, the plays and sums that wait to be.

    Match classes may have changed, lengths, or what a rule of exclusion leaves out.
    """
    with translate_errors(), connection.cursor() as cursor:
        send(cursor, render(cursor, flows.CHANGED_LISTENERS))
        listeners = [row[0] for row in cursor.fetchall()]
    for listener_key in listeners:
        with connection.cursor() as cursor:
            lock = render(cursor, flows.LISTENER_LOCK, {"listener_key": listener_key})

        def write(cursor: Cursor, listener_key: int = listener_key) -> None:
            derive(cursor, flows.CHANGED_DERIVATION, listener_key)

        write_whole(connection, lock, write)
