"""The keys of a history's rows that are read; others may be private, and are never kept."""

from __future__ import annotations

#: What sql/duckdb reads.
READ_KEYS = frozenset(
    [
        "ts",
        "platform",
        "ms_played",
        "conn_country",
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
    ]
)
#: What every row of a history has, whatever it is of.
EXPECTED_KEYS = frozenset(["ts", "ms_played", "master_metadata_track_name", "spotify_track_uri"])
#: What rows have had so far, with what is private and never read.
KNOWN_KEYS = READ_KEYS | {
    "username",
    "ip_addr",
    "ip_addr_decrypted",
    "user_agent_decrypted",
    "city",
    "region",
    "metro_code",
    "longitude",
    "latitude",
}
