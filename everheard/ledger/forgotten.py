"""A listener forgotten: everything of theirs leaves the ledger, in one transaction."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from everheard.database.connect import translate_errors
from everheard.database.statements import render, send
from everheard.database.transactions import write_whole
from everheard.ledger import flows


class Holding(NamedTuple):
    """What the ledger holds of a listener; ``fingerprints`` are those of their sign-ins."""

    play_count: int
    episode_count: int
    first_played_at: datetime | None
    last_played_at: datetime | None
    import_count: int
    rating_count: int
    token_count: int
    fingerprints: list[str]


def read_holding(connection: Connection, listener_key: int) -> Holding:
    """Return what is kept of a listener. Raises DatabaseTrouble."""
    with translate_errors(), connection.cursor() as cursor:
        send(cursor, render(cursor, flows.HOLDING, {"listener_key": listener_key}))
        return Holding(*(cursor.fetchone() or (0, 0, None, None, 0, 0, 0, [])))


def forget_listener(connection: Connection, listener_key: int) -> None:
    """Delete everything of a listener; names of tracks, artists and albums stay.

    Waits for jobs that write for them; whichever writes later is refused. Raises DatabaseTrouble.
    """
    mine = {"listener_key": listener_key}
    with connection.cursor() as cursor:
        first = render(cursor, flows.LISTENER_LOCK, mine)

    def forget(cursor: Cursor) -> None:
        trips = (flows.RATING_LOCK, flows.RANK_LOCK, flows.FORGOTTEN)
        send(cursor, *(render(cursor, trip, mine) for trip in trips))

    write_whole(connection, first, forget)
