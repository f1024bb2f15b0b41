"""Write a listening history of any length, in the form of Spotify's privacy export.

The same seed writes the same bytes. Rows are as wide as real ones (about 700 bytes) and
as odd: repeats, skips of 0 ms, podcasts, offline rows, rows without a name.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ROWS_PER_FILE = 16_000
START = datetime(2014, 3, 1, 6, tzinfo=UTC)
#: Distinct tracks of ten years of listening; a few of them make most of the plays. A listener's
#: catalogue is wide and shallow: three known tracks an artist, two an album.
TRACK_COUNT = 50_000
_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_WORDS = ["Night", "River", "Gold", "Señal", "Über", "Paper", "Glass", "Fire", "Leaf", "Море", "夜"]
_PLATFORMS = ["android", "ios", "Windows 10 (10.0.19041; x64)", "web_player osx 10.15.7;chrome"]
_ENDS = ["trackdone", "trackdone", "trackdone", "fwdbtn", "endplay", "backbtn", "logout"]

Row = dict[str, Any]


def write_history(folder: Path, row_count: int, *, seed: int = 1) -> list[Path]:
    """Write the files of a history with so many rows; return them in the order of time."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = make_rows(row_count, seed)
    paths = []
    for number, first in enumerate(range(0, row_count, ROWS_PER_FILE)):
        part = [next(rows) for _ in range(min(ROWS_PER_FILE, row_count - first))]
        years = "-".join(sorted({part[0]["ts"][:4], part[-1]["ts"][:4]}))
        path = folder / f"Streaming_History_Audio_{years}_{number}.json"
        path.write_text(json.dumps(part, indent=2, ensure_ascii=False), encoding="utf-8")
        paths.append(path)
    return paths


def make_rows(row_count: int, seed: int) -> Iterator[Row]:
    """Yield rows in the order of time, spread over ten years whatever their number."""
    rng = random.Random(seed)
    tracks = [_make_track(rng, number) for number in range(TRACK_COUNT)]
    step_s = 10 * 365 * 86_400 / row_count
    moment, row = START, {}
    for number in range(row_count):
        if number % 200 == 199:
            yield row  # Spotify repeats some rows exactly
            continue
        moment += timedelta(seconds=1 + int(rng.expovariate(1 / step_s)))
        row = _make_row(rng, tracks, moment)
        yield row


def _make_track(rng: random.Random, number: int) -> Row:
    album, artist = number // 2, number // 3
    return {
        "master_metadata_track_name": f"{rng.choice(_WORDS)} of {rng.choice(_WORDS)} {number}",
        "master_metadata_album_artist_name": f"{_WORDS[artist % 11]} {_WORDS[artist % 7]} {artist}",
        "master_metadata_album_album_name": f"{_WORDS[album % 11]} Sessions {album}",
        "spotify_track_uri": f"spotify:track:{_make_id(rng)}",
    }


def _make_id(rng: random.Random) -> str:
    return "".join(rng.choices(_LETTERS, k=22))


def _make_row(rng: random.Random, tracks: list[Row], moment: datetime) -> Row:
    ended = rng.choice(_ENDS)
    ms_played = 0 if rng.random() < 0.02 else rng.randrange(30_000, 300_000)
    item: Row = tracks[int(len(tracks) * rng.random() ** 3)]
    episode: Row = dict.fromkeys(("episode_name", "episode_show_name", "spotify_episode_uri"))
    kind = rng.random()
    if kind < 0.02:
        item = dict.fromkeys(item)
        number = rng.randrange(2_000)
        episode = {
            "episode_name": f"Episode {number}",
            "episode_show_name": f"Show {number // 50}",
            "spotify_episode_uri": f"spotify:episode:{number:022d}",
        }
    elif kind < 0.021:
        item = dict.fromkeys(item)
    is_offline = rng.random() < 0.03
    started = moment - timedelta(milliseconds=ms_played)
    return {
        "ts": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "platform": rng.choice(_PLATFORMS),
        "ms_played": ms_played,
        "conn_country": "DE" if rng.random() < 0.97 else "FR",
        "ip_addr": f"192.0.2.{rng.randrange(250)}",
        **item,
        **episode,
        "audiobook_title": None,
        "audiobook_uri": None,
        "audiobook_chapter_uri": None,
        "audiobook_chapter_title": None,
        "reason_start": rng.choice(["trackdone", "clickrow", "fwdbtn"]),
        "reason_end": ended,
        "shuffle": rng.random() < 0.5,
        "skipped": None if rng.random() < 0.1 else ended == "fwdbtn",
        "offline": is_offline,
        "offline_timestamp": int(started.timestamp()) if is_offline else None,
        "incognito_mode": rng.random() < 0.01,
    }
