"""A listener's privacy export, as the zip that Spotify sends: the same listening, told again.

Two forms: the extended streaming history (every row with its id and its
milliseconds) and the account data (a year, minutes, no ids). The rows have the
oddities of real ones: upload times on offline rows, nulls, repeats, other ids.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo
from zlib import crc32

from simulator.catalogue import SimulatedEpisode, SimulatedTrack
from simulator.clock import DAY_MS, SECOND_MS, to_iso
from simulator.listeners import SimulatedListener
from simulator.listening import Play
from simulator.randomness import base62

Row = dict[str, Any]
Form = Literal["extended", "endsong", "account"]
FORMS: tuple[Form, ...] = ("extended", "endsong", "account")
ROWS_PER_FILE = 16_000
EXTENDED_FOLDER = "Spotify Extended Streaming History"
ACCOUNT_FOLDER = "Spotify Account Data"
#: Exact repeats among a thousand rows.
REPEATS = 0.005
EPISODE_KEYS = ("episode_name", "episode_show_name", "spotify_episode_uri")
AUDIOBOOK_KEYS = (
    "audiobook_title",
    "audiobook_uri",
    "audiobook_chapter_uri",
    "audiobook_chapter_title",
)
OLD_PLATFORMS = {
    "android": "Android OS 10 API 29 (samsung, SM-G960F)",
    "ios": "iOS 14.4 (iPhone12,1)",
    "windows": "Windows 10 (10.0.19041; x64)",
}


def write_history(
    listener: SimulatedListener,
    out: Path,
    until_ms: int,
    *,
    since_ms: int | None = None,
    form: Form = "extended",
    rows_per_file: int = ROWS_PER_FILE,
) -> int:
    """Write the zip of what ended before ``until_ms``; return how many rows it holds.

    The account form reaches back one year at most.
    """
    first_ms = listener.since_ms if since_ms is None else since_ms
    if form == "account":
        files = _lay_out_account(listener, max(first_ms, until_ms - 365 * DAY_MS), until_ms)
    else:
        files = _lay_out_extended(listener, first_ms, until_ms, form, rows_per_file)
    count = 0
    with ZipFile(out, "w") as archive:
        for name, rows in files:
            entry = ZipInfo(name, (2026, 1, 1, 0, 0, 0))
            entry.compress_type = ZIP_DEFLATED
            archive.writestr(entry, json.dumps(rows, ensure_ascii=False))
            count += len(rows) if isinstance(rows, list) else 0
    return count


def to_extended_row(play: Play, *, older: bool = False) -> Row:
    """Return one row of the extended history; ``older`` adds the keys of endsong files.

    ``ts`` is the end in whole seconds, but the upload for offline rows;
    ``offline_timestamp`` is the start, in seconds, milliseconds, or missing.
    """
    end_ms = play.uploaded_ms if play.offline else play.ended_ms
    row: Row = {
        "ts": to_iso(end_ms)[:19] + "Z",
        "platform": play.platform,
        "ms_played": play.ms_played,
        "conn_country": "ZZ" if play.offline and _is_one_in(5, play, "zz") else play.country,
        "ip_addr": f"192.0.2.{crc32(play.country.encode()) % 250}",
        **_name_item(play),
        "reason_start": "" if _is_one_in(300, play, "start") else play.reason_start,
        "reason_end": "switched-to-video" if play.is_video else play.reason_end,
        "shuffle": None if _is_one_in(500, play, "shuffle") else play.shuffle,
        "skipped": None if _is_one_in(40, play, "skipped") else play.reason_end == "fwdbtn",
        "offline": None if _is_one_in(900, play, "offline") else play.offline,
        "offline_timestamp": _draw_offline_timestamp(play),
        "incognito_mode": play.private,
    }
    if older:
        row["platform"] = OLD_PLATFORMS.get(play.platform, play.platform)
        row["username"] = "simulated"
        row["ip_addr_decrypted"] = row.pop("ip_addr")
        row["user_agent_decrypted"] = None
    return row


def _name_item(play: Play) -> Row:
    row: Row = dict.fromkeys(
        (
            "master_metadata_track_name",
            "master_metadata_album_artist_name",
            "master_metadata_album_album_name",
            "spotify_track_uri",
            *EPISODE_KEYS,
            *AUDIOBOOK_KEYS,
        )
    )
    if _is_one_in(1500, play, "nameless"):
        return row
    if isinstance(play.item, SimulatedEpisode):
        return row | _name_episode(play.item)
    track = play.item
    if track.returned_as is not None and _is_one_in(2, play, "relinked"):
        track = track.returned_as  # the history may know the song by its other id
    owner = (track.album.artists or track.artists)[0]
    return row | {
        "master_metadata_track_name": track.name,
        "master_metadata_album_artist_name": owner.name,
        "master_metadata_album_album_name": track.album.name,
        "spotify_track_uri": _find_uri(track, is_video=play.is_video),
    }


def _find_uri(track: SimulatedTrack, *, is_video: bool) -> str:
    """Return the track's URI; a music video has one that is found nowhere else."""
    return f"spotify:track:{base62('video', track.id)}" if is_video else track.uri


def _name_episode(episode: SimulatedEpisode) -> Row:
    uri = f"spotify:episode:{episode.id}"
    if episode.show.is_audiobook:
        book_uri = f"spotify:show:{episode.show.id}"
        return dict(
            zip(AUDIOBOOK_KEYS, (episode.show.name, book_uri, uri, episode.name), strict=True)
        )
    return dict(zip(EPISODE_KEYS, (episode.name, episode.show.name, uri), strict=True))


def _draw_offline_timestamp(play: Play) -> int | str | None:
    kind = crc32(f"offline_timestamp{play.ended_ms}".encode()) % 100
    if kind < 2:
        return None
    if kind < 3:
        return ""
    if kind < 5:
        return 0
    return play.started_ms if kind < 15 else play.started_ms // SECOND_MS


def _is_one_in(count: int, play: Play, label: str) -> bool:
    """Draw by the play itself, so that any span of a listening is written the same."""
    return crc32(f"{label}{play.ended_ms}".encode()) % count == 0


def _lay_out_extended(
    listener: SimulatedListener, since_ms: int, until_ms: int, form: Form, rows_per_file: int
) -> Iterator[tuple[str, list[Row]]]:
    """Yield each file's name and rows, audio first, numbered on through the years."""
    uploaded = [play for play in listener.plays(since_ms, until_ms) if play.uploaded_ms < until_ms]
    for kind, is_video in (("Audio", False), ("Video", True)):
        rows = sorted(
            _repeat_some(
                (play, to_extended_row(play, older=form == "endsong"))
                for play in uploaded
                if play.is_video == is_video
            ),
            key=lambda row: str(row["ts"]),
        )
        for number, part in enumerate(_split(rows, rows_per_file)):
            if form == "endsong":
                name = f"end{'video' if is_video else 'song'}_{number}.json"
            else:
                years = "-".join(sorted({part[0]["ts"][:4], part[-1]["ts"][:4]}))
                name = f"Streaming_History_{kind}_{years}_{number}.json"
            yield f"{EXTENDED_FOLDER}/{name}", part


def _repeat_some(rows: Iterable[tuple[Play, Row]]) -> Iterator[Row]:
    for play, row in rows:
        yield row
        if _is_one_in(round(1 / REPEATS), play, "repeat"):
            yield dict(row)


def _split(rows: list[Row], size: int) -> list[list[Row]]:
    return [rows[first : first + size] for first in range(0, len(rows), size)]


def _lay_out_account(
    listener: SimulatedListener, since_ms: int, until_ms: int
) -> Iterator[tuple[str, list[Row] | Row]]:
    music: list[Row] = []
    podcasts: list[Row] = []
    for play in listener.plays(since_ms, until_ms):
        ended = datetime.fromtimestamp(play.ended_ms / SECOND_MS, UTC)
        row: Row = {"endTime": f"{ended:%Y-%m-%d %H:%M}"}
        if isinstance(play.item, SimulatedTrack):
            owner = (play.item.album.artists or play.item.artists)[0]
            row |= {"artistName": owner.name, "trackName": play.item.name}
            music.append(row | {"msPlayed": play.ms_played})
        else:
            row |= {"podcastName": play.item.show.name, "episodeName": play.item.name}
            podcasts.append(row | {"msPlayed": play.ms_played})
    for kind, rows in (("music", music), ("podcast", podcasts)):
        for number, part in enumerate(_split(rows, 10_000)):
            yield f"{ACCOUNT_FOLDER}/StreamingHistory_{kind}_{number}.json", part
    yield f"{ACCOUNT_FOLDER}/Userdata.json", {"username": listener.user_id}
