"""Rows that have no foreign key point at something all the same, whatever road brought them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from psycopg2.extensions import connection as Connection

from jobs import artists_and_tracks, get_last_50, import_history, new_releases
from simulator.history import write_history
from simulator.server import SimulatedServer

#: Table, column, and the dimension that it points into; see docs/decisions/0005.
POINTERS = [
    ("fact_play", "listener_key", "dim_listener"),
    ("fact_play", "track_key", "dim_track"),
    ("fact_play", "context_key", "dim_context"),
    ("fact_play", "play_detail_key", "dim_play_detail"),
    ("fact_play", "platform_key", "dim_platform"),
    ("fact_episode_play", "episode_key", "dim_episode"),
    ("source_poll_play", "track_key", "dim_track"),
    ("source_poll_play", "context_key", "dim_context"),
    ("bridge_track_artist", "track_key", "dim_track"),
    ("bridge_track_artist", "artist_key", "dim_artist"),
    ("bridge_album_artist", "album_key", "dim_album"),
    ("bridge_album_artist", "artist_key", "dim_artist"),
    ("dim_track", "album_key", "dim_album"),
    ("dim_track", "named_album_key", "dim_album"),
    ("dim_track", "recording_key", "dim_recording"),
]


def test_nothing_points_at_nothing_after_every_kind_of_load(
    start_spotify: Callable[..., SimulatedServer],
    run_job: Callable[..., str],
    connection: Connection,
    tmp_path: Path,
) -> None:
    spotify = start_spotify(listeners=["steady"], history_days=20)
    world = spotify.world
    for _ in range(2):
        world.clock.advance(hours=9)
        run_job(get_last_50, spotify)
    write_history(world.listener(), tmp_path / "my_spotify_data.zip", world.clock.now_ms)
    run_job(import_history, spotify, str(tmp_path / "my_spotify_data.zip"))
    run_job(artists_and_tracks, spotify)
    run_job(new_releases, spotify)
    for table, column, dimension in POINTERS:
        key = f"{dimension.removeprefix('dim_')}_key"
        counted, dangling = read_pointer(connection, table, column, dimension, key)
        assert counted > 0, f"{table}.{column} was not tried"
        assert dangling == 0, f"{table}.{column} points at nothing"


def read_pointer(
    connection: Connection, table: str, column: str, dimension: str, key: str
) -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"select count(*), count(*) filter (where known.{key} is null)"
            f" from warehouse.{table} as pointer"
            f" left join warehouse.{dimension} as known on pointer.{column} = known.{key}"
            f" where pointer.{column} is not null"
        )
        counted, dangling = cursor.fetchone() or (0, 0)
    return counted, dangling
