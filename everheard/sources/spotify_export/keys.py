"""The keys that rows of a history carry, so far: those that are read, and all that were met."""

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
#: With those that are private, and never read.
KNOWN_KEYS = READ_KEYS | frozenset(
    [
        "username",
        "ip_addr",
        "ip_addr_decrypted",
        "user_agent_decrypted",
        "city",
        "region",
        "metro_code",
        "longitude",
        "latitude",
    ]
)
#: What a message names as expected.
EXPECTED = "`ts`, `ms_played`, `master_metadata_track_name`, `spotify_track_uri`, …"
