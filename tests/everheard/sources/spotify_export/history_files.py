"""Rows and files of a privacy export, built by hand: a test says only what it is about."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.everheard.pages import Json, at, make_id

FOLDER = "Spotify Extended Streaming History"
NAME = "Streaming_History_Audio_2026_0.json"


def make_row(
    seconds: float = 0, name: str | None = "Song", artist: str | None = "Band", **more: Any
) -> Json:
    """Return one row that ended so many seconds after noon; ``more`` replaces fields."""
    track_id = make_id("track", str(name), str(artist), "")
    return {
        "ts": f"{at(seconds):%Y-%m-%dT%H:%M:%SZ}",
        "platform": "android",
        "ms_played": 180_000,
        "conn_country": "DE",
        "ip_addr": "192.0.2.77",
        "master_metadata_track_name": name,
        "master_metadata_album_artist_name": artist,
        "master_metadata_album_album_name": None if name is None else "Record",
        "spotify_track_uri": None if name is None else f"spotify:track:{track_id}",
        "episode_name": None,
        "episode_show_name": None,
        "spotify_episode_uri": None,
        "audiobook_title": None,
        "audiobook_uri": None,
        "audiobook_chapter_uri": None,
        "audiobook_chapter_title": None,
        "reason_start": "clickrow",
        "reason_end": "trackdone",
        "shuffle": False,
        "skipped": None,
        "offline": False,
        "offline_timestamp": None,
        "incognito_mode": False,
        **more,
    }


def make_episode_row(seconds: float = 0, title: str = "Pilot", **more: Any) -> Json:
    """Return one row of a podcast."""
    return make_row(
        seconds,
        None,
        None,
        episode_name=title,
        episode_show_name="Talk",
        spotify_episode_uri=f"spotify:episode:{make_id('episode', title)}",
        **more,
    )


def write_file(folder: Path, rows: Iterable[Any] | str | bytes, name: str = NAME) -> Path:
    """Write a file of an export: rows, or text or bytes as they are."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    if isinstance(rows, bytes):
        path.write_bytes(rows)
    else:
        text = rows if isinstance(rows, str) else json.dumps(list(rows))
        path.write_text(text, encoding="utf-8")
    return path


def write_zip(path: Path, files: dict[str, Any], folder: str = FOLDER) -> Path:
    """Write a zip as Spotify sends it; content as for ``write_file``."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in files.items():
            content = rows if isinstance(rows, str | bytes) else json.dumps(list(rows))
            archive.writestr(f"{folder}/{name}", content)
    return path
