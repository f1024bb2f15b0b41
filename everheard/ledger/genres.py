"""Genres in the ledger: whose are lacking, and what MusicBrainz says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from everheard.database.connect import translate_errors
from everheard.database.statements import render, render_insert, send
from everheard.database.transactions import write_whole
from everheard.ledger import flows


class Unclassified(NamedTuple):
    """An artist without genres, and the code of a recording of theirs."""

    artist_key: int
    artist_id: str
    folded_name: str
    isrc: str


def read_genre_queue(connection: Connection, count: int) -> list[Unclassified]:
    """Read whose genres to ask for next, the most listened first."""
    with translate_errors(), connection.cursor() as cursor:
        send(cursor, render(cursor, flows.GENRE_QUEUE, {"ask_count": count}))
        return [Unclassified(*row) for row in cursor.fetchall()]


def load_genres(
    connection: Connection, genres: Mapping[int, list[str]], unanswered: Iterable[str]
) -> None:
    """Keep the genres by artist key; an empty list says that MusicBrainz knows none.

    ``unanswered``: the ids of artists who are asked for later.
    """
    owed = [("genres", artist_id, "trouble", 0) for artist_id in unanswered]
    told = [(artist_key, name) for artist_key, names in genres.items() for name in names]
    parameters = {
        "asked": list(genres),
        "artist_key": [artist_key for artist_key, _ in told],
        "name": [name for _, name in told],
    }

    def write(cursor: Cursor) -> None:
        rows = [render_insert(cursor, "staged_owed_answer", owed)]
        send(cursor, render(cursor, flows.GENRES, parameters, rows))

    write_whole(connection, b"", write)
