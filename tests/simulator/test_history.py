from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from simulator.catalogue import SimulatedEpisode, SimulatedTrack
from simulator.clock import DAY_MS, from_iso
from simulator.discography import make_catalogue
from simulator.history import write_history
from simulator.listeners import SimulatedListener

START_MS = from_iso("2026-01-05T06:00:00Z")
KEYS = {
    "ts",
    "platform",
    "ms_played",
    "conn_country",
    "ip_addr",
    "master_metadata_track_name",
    "master_metadata_album_artist_name",
    "master_metadata_album_album_name",
    "spotify_track_uri",
    "episode_name",
    "episode_show_name",
    "spotify_episode_uri",
    "audiobook_title",
    "audiobook_uri",
    "audiobook_chapter_uri",
    "audiobook_chapter_title",
    "reason_start",
    "reason_end",
    "shuffle",
    "skipped",
    "offline",
    "offline_timestamp",
    "incognito_mode",
}
Files = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def listener() -> SimulatedListener:
    catalogue = make_catalogue(1, 2000, START_MS)
    return SimulatedListener(0, "heavy", 1, catalogue, START_MS - 300 * DAY_MS)


def write_and_read(listener: SimulatedListener, folder: Path, **how: Any) -> Files:
    out = folder / "my_spotify_data.zip"
    count = write_history(listener, out, START_MS, **how)
    with ZipFile(out) as archive:
        files = {name: json.loads(archive.read(name)) for name in archive.namelist()}
    assert count == sum(len(rows) for rows in files.values() if isinstance(rows, list))
    return files


@pytest.fixture(scope="module")
def files(listener: SimulatedListener, tmp_path_factory: pytest.TempPathFactory) -> Files:
    return write_and_read(listener, tmp_path_factory.mktemp("history"))


@pytest.fixture(scope="module")
def rows(files: Files) -> list[dict[str, Any]]:
    return [row for part in files.values() for row in part]


def test_files_are_named_and_split_as_spotify_does(files: Files) -> None:
    audio = [name for name in files if "_Audio_" in name]
    folder = "Spotify Extended Streaming History"
    assert audio == [
        f"{folder}/Streaming_History_Audio_2025_0.json",
        f"{folder}/Streaming_History_Audio_2025_1.json",
        f"{folder}/Streaming_History_Audio_2025-2026_2.json",
    ]
    assert [len(files[name]) for name in audio[:2]] == [16_000, 16_000]
    assert f"{folder}/Streaming_History_Video_2025-2026_0.json" in files


def test_every_row_has_every_key(rows: list[dict[str, Any]]) -> None:
    assert {frozenset(row) for row in rows} == {frozenset(KEYS)}


def test_history_and_recently_played_tell_the_same_listening(
    listener: SimulatedListener, rows: list[dict[str, Any]]
) -> None:
    heard = listener.heard(START_MS)
    told = {
        (row["ts"], row["spotify_track_uri"], row["ms_played"])
        for row in rows
        if not row["offline"]
    }
    names = {(row["ts"], row["master_metadata_track_name"], row["ms_played"]) for row in rows}
    online = [row for row in heard if row.uploaded_ms == row.played_at_ms]
    same_id = [
        (f"{row.played_at[:19]}Z", f"spotify:track:{row.track_id}", row.ms_played) in told
        for row in online
    ]
    same_name = [
        (f"{row.played_at[:19]}Z", row.track_name, row.ms_played) in names for row in online
    ]
    assert 0.97 < sum(same_id) / len(online) < 1  # relinked songs have another id
    assert sum(same_name) / len(online) > 0.999  # the rest is nameless


def test_offline_rows_carry_their_upload_and_their_start(
    listener: SimulatedListener, rows: list[dict[str, Any]]
) -> None:
    plays = [play for play in listener.plays(0, START_MS) if play.uploaded_ms > play.ended_ms]
    uploads = {play.uploaded_ms // 1000 for play in plays}
    starts = {play.started_ms // 1000 for play in plays}
    offline = [row for row in rows if row["offline"] and row["offline_timestamp"]]
    told = {from_iso(row["ts"]) // 1000 for row in offline}
    assert len(told & uploads) > 0.9 * len(uploads)
    seconds = [
        stamp if stamp < 10**11 else stamp // 1000
        for stamp in (row["offline_timestamp"] for row in offline)
    ]
    assert len(starts & set(seconds)) > 0.9 * len(starts)
    assert {type(row["offline_timestamp"]) for row in rows} == {int, str, type(None)}


def test_repeats_are_exact_and_few(rows: list[dict[str, Any]]) -> None:
    counts = Counter(json.dumps(row) for row in rows)
    repeats = sum(count - 1 for count in counts.values())
    assert 0.002 < repeats / len(rows) < 0.007


def test_flags_are_true_false_and_now_and_then_null(rows: list[dict[str, Any]]) -> None:
    for key in ("shuffle", "skipped", "offline"):
        assert {row[key] for row in rows} == {True, False, None}
    assert {row["incognito_mode"] for row in rows} == {True, False}
    assert "" in {row["reason_start"] for row in rows}


def test_podcasts_chapters_videos_and_nameless_rows_are_there(
    listener: SimulatedListener, files: Files, rows: list[dict[str, Any]]
) -> None:
    items = [play.item for play in listener.plays(0, START_MS)]
    spoken = [item for item in items if isinstance(item, SimulatedEpisode)]
    assert spoken
    assert sum(bool(row["spotify_episode_uri"]) for row in rows) > 0
    assert sum(bool(row["audiobook_chapter_uri"]) for row in rows) > 0
    nameless = [
        row for row in rows if not any(row[key] for key in KEYS if "name" in key or "title" in key)
    ]
    assert nameless
    assert all(row["ms_played"] > 0 for row in nameless)
    audio_uris = {
        row["spotify_track_uri"] for part in files for row in files[part] if "Audio" in part
    }
    video = next(part for name, part in files.items() if "Video" in name)
    assert not {row["spotify_track_uri"] for row in video if row["spotify_track_uri"]} & audio_uris


def test_older_form_has_its_own_names_and_keys(listener: SimulatedListener, tmp_path: Path) -> None:
    older = write_and_read(listener, tmp_path, form="endsong", rows_per_file=2000)
    names = [name.rpartition("/")[2] for name in older]
    assert "endsong_10.json" in names
    assert "endvideo_0.json" in names
    row = next(iter(older.values()))[0]
    extra = {"username", "ip_addr_decrypted", "user_agent_decrypted"}
    assert set(row) == KEYS - {"ip_addr"} | extra


def test_account_form_counts_minutes_and_knows_no_ids(
    listener: SimulatedListener, tmp_path: Path
) -> None:
    account = write_and_read(listener, tmp_path, form="account")
    folder = "Spotify Account Data"
    first = account[f"{folder}/StreamingHistory_music_0.json"]
    assert len(first) == 10_000
    assert set(first[0]) == {"endTime", "artistName", "trackName", "msPlayed"}
    assert len(first[0]["endTime"]) == len("2025-04-01 12:30")
    podcast = account[f"{folder}/StreamingHistory_podcast_0.json"][0]
    assert set(podcast) == {"endTime", "podcastName", "episodeName", "msPlayed"}


def test_any_span_is_written_the_same(
    listener: SimulatedListener, tmp_path: Path, files: Files
) -> None:
    since_ms = START_MS - 20 * DAY_MS
    part = write_and_read(listener, tmp_path, since_ms=since_ms)
    whole = {json.dumps(row) for rows in files.values() for row in rows}
    assert {json.dumps(row) for rows in part.values() for row in rows} <= whole
    tracks = [
        play for play in listener.plays(since_ms, START_MS) if isinstance(play.item, SimulatedTrack)
    ]
    assert sum(len(rows) for rows in part.values()) >= len(tracks)
