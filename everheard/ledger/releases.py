"""New albums in the ledger: whose to ask for, what was found, what is new."""

from __future__ import annotations

from typing import NamedTuple

from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from everheard.database.connect import translate_errors
from everheard.database.statements import render, render_staged, send
from everheard.database.transactions import open_transaction, write_whole
from everheard.ledger import flows
from everheard.ledger.catalogue import Queue, read_asks
from everheard.ledger.ratings import find_album
from everheard.rows import GivenRating, StagedRows


class Watched(NamedTuple):
    """One artist whose turn it is; ``is_split``: albums and singles are asked for apart."""

    artist_id: str
    is_split: bool
    is_first_look: bool


class NewRelease(NamedTuple):
    """One new album, as the feed shows it; moments are UTC, dates ISO text."""

    album_id: str
    album_name: str
    artist_name: str
    album_type: str | None
    release_date: str | None
    image_url: str | None
    spotify_url: str
    track_count: int
    found_at: str


def read_artist_watch(connection: Connection, count: int) -> list[Watched]:
    """Read whose albums to ask for next, the most overdue first."""
    with translate_errors(), connection.cursor() as cursor:
        # Sent together they are one transaction, at whose end the temporary table goes.
        send(cursor, render(cursor, flows.WATCH, {"ask_count": count}))
        return [Watched(*row) for row in cursor.fetchall()]


def load_releases(connection: Connection, rows: StagedRows) -> None:
    """Bring albums found into the ledger: those by artists whom a listener plays or follows."""

    def write(cursor: Cursor) -> None:
        send(cursor, render(cursor, flows.RELEASES, rows=render_staged(cursor, rows)))

    write_whole(connection, b"", write)


def load_followed(connection: Connection, listener_key: int, rows: StagedRows) -> None:
    """Keep whom a listener follows now, in place of whom they followed before."""

    def write(cursor: Cursor) -> None:
        mine = {"listener_key": listener_key}
        send(cursor, render(cursor, flows.FOLLOWED, mine, render_staged(cursor, rows)))

    write_whole(connection, b"", write)


def undo_release(
    connection: Connection, *, listener_key: int, meant: GivenRating
) -> tuple[str, str | None] | None:
    """Take an album out of a listener's new releases, for good; return its title and date.

    None where it is not among them. Raises AmbiguousAlbum, DatabaseTrouble or SchemaMismatch.
    """
    with translate_errors(), open_transaction(connection, b"") as cursor:
        mine = {"listener_key": listener_key, "album_key": find_album(cursor, meant)}
        send(cursor, render(cursor, flows.RELEASE_UNDONE, mine))
        row: tuple[str, str | None] | None = cursor.fetchone()
        return row


def read_release_queue(connection: Connection, *, kinds: list[str], limit: int) -> Queue:
    """Read which new albums lack their tracks, the newest first, and pages owed of them."""
    parameters = {"kinds": kinds, "ask_count": limit}
    return read_asks(connection, flows.RELEASE_QUEUE, parameters)


def read_new_releases(connection: Connection) -> list[NewRelease]:
    """Read the newest releases, the last found first, each album once."""
    with translate_errors(), connection.cursor() as cursor:
        send(cursor, render(cursor, flows.NEW_RELEASES))
        return [NewRelease(*row) for row in cursor.fetchall()]


def count_new_releases(connection: Connection) -> int:
    """Return how many albums have been listed as new, ever, over all listeners."""
    with translate_errors(), connection.cursor() as cursor:
        send(cursor, render(cursor, flows.NEW_RELEASE_COUNT))
        (count,) = cursor.fetchone() or (0,)
        return int(count)
