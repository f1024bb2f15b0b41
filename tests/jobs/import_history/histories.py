"""A listening history of some months, as a history tells it and as polls saw parts of it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from tests.everheard.pages import NOON, Json, make_item, make_track
from tests.everheard.sources.spotify_export.history_files import (
    make_episode_row,
    make_row,
    write_file,
)

HOUR_S = 3600
#: Where the history begins, in seconds before noon of the tests: all of it is in the past.
FIRST_S = -200 * 24 * HOUR_S
SONGS = [(f"Song {number}", f"Band {number % 7}") for number in range(30)]

Files = Sequence[list[Json]]


def make_history(file_count: int, row_count: int, step_s: int = 3 * HOUR_S) -> list[list[Json]]:
    """Return the rows of each file, oldest first; one every ``step_s`` seconds, and some more.

    Of thirty there is at least one of every kind: exact repeats, the same second again,
    podcasts, time without a name, nothing listened, heard offline.
    """
    rng = random.Random(7)
    return [
        [
            row
            for place in range(row_count)
            for row in _make_rows(rng, place, FIRST_S + (number * row_count + place) * step_s)
        ]
        for number in range(file_count)
    ]


def _make_rows(rng: random.Random, place: int, second: int) -> list[Json]:
    ms_played = rng.randrange(1_000, 200_000)
    row = make_row(second, *rng.choice(SONGS), ms_played=ms_played)
    match place % 30:
        case 3:
            return [row, row]
        case 7:
            return [row, {**row, "ms_played": ms_played - 1}, make_row(second, "Other", "Band 1")]
        case 11:
            return [row, make_episode_row(second + 60, f"Talk {rng.randrange(5)}")]
        case 17:
            return [row, make_row(second + 90, None, None, ms_played=5_000)]
        case 19:
            return [{**row, "ms_played": 0, "reason_end": "fwdbtn", "skipped": True}]
        case 23:
            started = read_seconds(row) + NOON.timestamp() - 2 * HOUR_S
            return [{**row, "offline": True, "offline_timestamp": int(started)}]
    return [row]


def read_seconds(row: Json) -> float:
    """Return when a row ended, in seconds after noon."""
    return (datetime.fromisoformat(row["ts"]) - NOON).total_seconds()


def make_polls(rows: Sequence[Json]) -> list[Json]:
    """Return what polls showed of a file's music: most of it, seconds away from what it says."""
    heard = [row for row in rows if row["spotify_track_uri"] and not row["offline"]]
    return [
        make_item(
            read_seconds(row) + place % 40 + 0.25,
            make_track(
                row["master_metadata_track_name"], (row["master_metadata_album_artist_name"],)
            ),
            f"spotify:playlist:{place % 3}" if place % 2 else None,
        )
        for place, row in enumerate(heard)
        if place % 5
    ]


def write_history(folder: Path, files: Files, first: int = 0) -> Path:
    """Write the files of a history as Spotify names them, numbered; return their folder."""
    for number, rows in enumerate(files, start=first):
        write_file(folder, rows, f"Streaming_History_Audio_2026_{number}.json")
    return folder
