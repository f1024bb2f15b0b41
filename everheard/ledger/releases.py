"""New albums in the ledger: whose to ask for, what was found, what is new."""

from __future__ import annotations

from typing import NamedTuple

from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from everheard.database.connect import translate_errors
from everheard.database.statements import render, render_insert, send
from everheard.database.transactions import write_whole
from everheard.ledger.catalogue import Queue, read_asks
from everheard.rows import StagedRows


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
        query = render(cursor, "read_artist_watch", {"ask_count": count})
        # Sent together they are one transaction, at whose end the temporary table goes.
        send(cursor, render(cursor, "watched_artist"), query)
        return [Watched(*row) for row in cursor.fetchall()]


def load_releases(connection: Connection, rows: StagedRows) -> None:
    """Bring albums found into the ledger: those by artists whom a listener plays or follows."""
    tables = ("stage", "stage_releases")
    steps = (
        "watched_artist",
        "keep_watched",
        "analyze_stage",
        "dim_artist",
        "dim_album",
        "dim_track",
        "bridges",
        "fact_album_release",
        "etl_artist_watch",
    )

    def write(cursor: Cursor) -> None:
        send(
            cursor,
            *(render(cursor, name) for name in tables),
            *_stage(cursor, rows),
            *(render(cursor, name) for name in steps),
        )

    write_whole(connection, b"", write)


def load_followed(connection: Connection, listener_key: int, rows: StagedRows) -> None:
    """Keep whom a listener follows now, in place of whom they followed before."""

    def write(cursor: Cursor) -> None:
        send(
            cursor,
            render(cursor, "stage"),
            *_stage(cursor, rows),
            render(cursor, "dim_artist"),
            render(cursor, "bridge_listener_artist", {"listener_key": listener_key}),
        )

    write_whole(connection, b"", write)


def _stage(cursor: Cursor, rows: StagedRows) -> list[bytes]:
    return [render_insert(cursor, f"staged_{name}", table) for name, table in vars(rows).items()]


def read_release_queue(connection: Connection, *, kinds: list[str], limit: int) -> Queue:
    """Read which new albums lack their tracks, the newest first, and pages owed of them."""
    parameters = {"kinds": kinds, "ask_count": limit}
    return read_asks(connection, "read_release_queue", parameters)


def read_new_releases(connection: Connection) -> list[NewRelease]:
    """Read the newest releases, the last found first, each album once."""
    with translate_errors(), connection.cursor() as cursor:
        send(cursor, render(cursor, "read_new_release"))
        return [NewRelease(*row) for row in cursor.fetchall()]


def count_new_releases(connection: Connection) -> int:
    """Return how many albums have been listed as new, ever, over all listeners."""
    with translate_errors(), connection.cursor() as cursor:
        cursor.execute("select count(*) from warehouse.fact_album_release where is_new")
        (count,) = cursor.fetchone() or (0,)
        return int(count)
