"""Genres in the ledger: whose are lacking, and what MusicBrainz says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from psycopg2.extensions import connection as Connection

from everheard.database.connect import translate_errors
from everheard.database.statements import render, send
from everheard.database.transactions import write_whole
from everheard.ledger import flows


class Unclassified(NamedTuple):
    """An artist without genres, and the code of a recording of theirs."""

    artist_key: int
    folded_name: str
    isrc: str


def read_genre_queue(connection: Connection, count: int) -> list[Unclassified]:
    """Read whose genres to ask for next, the most listened first."""
    with translate_errors(), connection.cursor() as cursor:
        send(cursor, render(cursor, flows.GENRE_QUEUE, {"ask_count": count}))
        return [Unclassified(*row) for row in cursor.fetchall()]


def load_genres(connection: Connection, genres: Mapping[int, list[str]]) -> None:
    """Keep the genres by artist key; an empty list says that MusicBrainz knows none."""
    told = [(artist_key, name) for artist_key, names in genres.items() for name in names]
    parameters = {
        "asked": list(genres),
        "artist_key": [artist_key for artist_key, _ in told],
        "name": [name for _, name in told],
    }
    write_whole(
        connection,
        b"",
        lambda cursor: send(cursor, render(cursor, flows.GENRES, parameters)),
    )
