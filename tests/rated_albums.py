"""A small ledger to rate and to rank: one listener, three albums, no play."""

from __future__ import annotations

from typing import Any

from psycopg2.extensions import connection as Connection

ALBUMS = """
insert into warehouse.dim_listener (listener_key, account_id) values (1, 'ana');
insert into warehouse.dim_album
(album_key, album_id, name, folded_name, folded_artist_name, metadata_level, total_track_count)
values
(1, 'album1', 'Blue', 'blue', 'joni mitchell', 3, 2),
(2, 'album2', 'Greatest Hits', 'greatest hits', 'queen', 3, 4),
(3, 'album3', 'Greatest Hits', 'greatest hits', 'abba', 3, 4);
insert into warehouse.dim_track
(track_key, track_id, track_uri, name, folded_name, folded_artist_name, album_key, duration_ms,
 match_key, metadata_level)
values
(1, 't1', 'spotify:track:t1', 'One', 'one', 'joni mitchell', 1, 200000, 1, 3),
(2, 't2', 'spotify:track:t2', 'Two', 'two', 'queen', 2, 200000, 2, 3);
select setval(pg_get_serial_sequence('warehouse.dim_listener', 'listener_key'), 10),
    setval(pg_get_serial_sequence('warehouse.dim_album', 'album_key'), 10),
    setval(pg_get_serial_sequence('warehouse.dim_track', 'track_key'), 10);
"""
RATE = """
insert into warehouse.fact_album_rating
(listener_key, album_key, rating, is_dated, rating_source) values (1, %s, %s, false, 'api')
"""

PLAY = """
insert into warehouse.fact_play
(listener_key, played_at, track_key, ms_played, ms_source)
values (1, %(at)s, %(track_key)s, %(ms)s, 1);
insert into warehouse.etl_touched_span (listener_key, touched_from, touched_to)
values (1, %(at)s, %(at)s)
on conflict do nothing;
"""


def read(ledger: Connection, query: str) -> list[tuple[Any, ...]]:
    with ledger.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def rate(ledger: Connection, album_key: int, rating: int) -> None:
    with ledger.cursor() as cursor:
        cursor.execute(RATE, (album_key, rating))


def play(ledger: Connection, track_key: int, ms: int, at: str = "2026-01-01T12:00:00Z") -> None:
    """Add a play as a job does: the month that it touches is noted for the summaries."""
    with ledger.cursor() as cursor:
        cursor.execute(PLAY, {"at": at, "track_key": track_key, "ms": ms})
