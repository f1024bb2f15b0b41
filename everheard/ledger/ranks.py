"""Rankings of albums: listened time added up, ranks kept as stretches of days."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from everheard.database.connect import translate_errors
from everheard.database.statements import render, send
from everheard.database.transactions import open_transaction
from everheard.ledger import flows
from everheard.ledger.ratings import update_found_albums


class RankSettings(NamedTuple):
    """What can be set about the methods, as text; None leaves what is set.

    "" takes the number that the ledger began with.
    """

    prior_weight: str | None = None
    prior_mean: str | None = None
    rating_weight: str | None = None


class RankResult(NamedTuple):
    """What one ranking did."""

    album_count: int
    ranked_count: int
    moved_count: int
    found_count: int


def load_ranks(
    connection: Connection,
    *,
    settings: RankSettings | None = None,
    ranked_on: date | None = None,
    dry_run: bool = False,
) -> RankResult:
    """Rank the albums of every listener; a second run on the same day writes nothing.

    ``ranked_on`` None: today, on each listener's calendar. Raises DatabaseTrouble.
    """
    with translate_errors():
        with connection.cursor() as cursor:
            lock = render(cursor, flows.RANK_LOCK)
        with open_transaction(connection, lock, dry_run=dry_run) as cursor:
            if settings:
                send(cursor, render(cursor, flows.RANK_METHODS, settings._asdict()))
            found_count = update_found_albums(cursor)
            _update_listening(cursor)
            send(cursor, render(cursor, flows.RANKS, {"ranked_on": ranked_on}))
            ranked_count, moved_count, album_count = cursor.fetchone() or (0, 0, 0)
            send(cursor, render(cursor, flows.PAST_YEARS))
    return RankResult(album_count, ranked_count, moved_count, found_count)


def _update_listening(cursor: Cursor) -> None:
    """Add up the time of every album, from summaries that lack nothing."""
    send(cursor, render(cursor, flows.TOUCHED_LISTENERS))
    for (listener_key,) in cursor.fetchall():
        send(cursor, render(cursor, flows.LISTENER_SUMMARIES, {"listener_key": listener_key}))
    send(cursor, render(cursor, flows.LISTENING))
