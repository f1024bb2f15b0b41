"""A small ledger to count by hand: two listeners, three tracks, and plays as a test adds them."""

from __future__ import annotations

from typing import Any

from psycopg2.extensions import connection as Connection

from everheard.ledger.summaries import render_summaries

LISTENERS = """
insert into warehouse.dim_listener (listener_key, account_id, timezone) values
(1, 'ana', 'Europe/Berlin'), (2, 'bob', 'UTC');
insert into warehouse.dim_artist (artist_key, artist_id, name, folded_name, metadata_level) values
(1, 'a1', 'Main', 'main', 2), (2, 'a2', 'Guest', 'guest', 2), (3, 'a3', '', '', 0);
insert into warehouse.dim_artist (artist_key, name, folded_name, metadata_level, same_as_artist_key)
values (4, 'MAIN', 'main', 1, 1);
insert into warehouse.dim_album
(album_key, album_id, name, folded_name, folded_artist_name, metadata_level)
values (1, 'b1', 'Album', 'album', 'main', 2);
insert into warehouse.dim_track
(track_key, track_id, track_uri, name, folded_name, folded_artist_name, album_key, duration_ms,
 match_key, metadata_level)
values
(1, 't1', 'spotify:track:t1', 'Long', 'long', 'main', 1, 240000, 1, 2),
(2, 't2', 'spotify:track:t2', 'Short', 'short', 'main', 1, 20000, 2, 2),
(3, 't3', 'spotify:track:t3', '', '', '', 0, null, 3, 0);
insert into warehouse.bridge_track_artist values
(1, 2, 1, 'featured'), (1, 1, 0, 'main'), (2, 4, 0, 'main');
"""


def add_play(ledger: Connection, played_at: str, track_key: int = 1, **columns: Any) -> None:
    row = {"listener_key": 1, "ms_played": None, "ms_source": 0, **columns}
    row |= {"played_at": played_at, "track_key": track_key}
    names = ", ".join(row)
    places = ", ".join(f"%({name})s" for name in row)
    with ledger.cursor() as cursor:
        cursor.execute(f"insert into warehouse.fact_play ({names}) values ({places})", row)


def add_imported(ledger: Connection, played_at: str, ms: int = 200_000, track_key: int = 1) -> None:
    add_play(ledger, played_at, track_key, ms_played=ms, ms_source=1)


def see(ledger: Connection, start: str, end: str) -> None:
    """Cover a stretch of the first listener's time by an import."""
    with ledger.cursor() as cursor:
        cursor.execute(
            "insert into warehouse.etl_import_span (listener_key, span_start, span_end,"
            " source_name) values (1, %s, %s, 'x.zip')",
            (start, end),
        )


def sum_up(ledger: Connection, listener_key: int = 1, start: str = "-infinity") -> None:
    """Derive the summaries of what was added from a moment on, as a load does."""
    with ledger.cursor() as cursor:
        cursor.execute("begin")
        cursor.execute(
            "insert into warehouse.etl_touched_span (listener_key, touched_from, touched_to)"
            " values (%s, %s, 'infinity') on conflict do nothing",
            (listener_key, start),
        )
        cursor.execute(render_summaries(cursor, listener_key))
        cursor.execute("commit")


def read(ledger: Connection, query: str) -> list[tuple[Any, ...]]:
    with ledger.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()
