"""All that an import leaves in a ledger, by natural keys: to compare two ledgers."""

from __future__ import annotations

from contextlib import closing
from typing import NamedTuple

import psycopg2


def _name(track: str) -> str:
    return f"coalesce({track}.track_uri, {track}.folded_name || '/' || {track}.folded_artist_name)"


_PLAY = """
    play.played_at, play.ms_played, play.ms_source, platform.name as platform,
    detail.reason_start, detail.reason_end, detail.country, detail.is_shuffle,
    detail.is_skipped, detail.is_offline, detail.is_incognito
"""
_AROUND_PLAY = """
    join warehouse.dim_play_detail as detail using (play_detail_key)
    join warehouse.dim_platform as platform using (platform_key)
"""
#: What is compared -> the query for it. Of a file's account only what does not depend on
#: what the ledger held before.
CONTENTS = {
    "plays": f"""
        select {_name("track")} as track, context.context_uri, {_PLAY}
        from warehouse.fact_play as play
        join warehouse.dim_track as track using (track_key)
        join warehouse.dim_context as context using (context_key) {_AROUND_PLAY}
    """,
    "episodes": f"""
        select episode.episode_id, episode.name as episode, show.name as show, {_PLAY}
        from warehouse.fact_episode_play as play
        join warehouse.dim_episode as episode using (episode_key)
        join warehouse.dim_show as show using (show_key) {_AROUND_PLAY}
    """,
    "tracks": f"""
        select {_name("track")} as track, track.name, track.duration_ms, album.album_id,
            album.name as album, named.folded_name as named_album,
            (select min({_name("mate")}) from warehouse.dim_track as mate
                where mate.match_key = track.match_key) as match_class
        from warehouse.dim_track as track
        join warehouse.dim_album as album using (album_key)
        left join warehouse.dim_album as named on track.named_album_key = named.album_key
    """,
    "artists": """
        select artist.artist_id, artist.name, same.artist_id as same_artist_id,
            (select count(*) from warehouse.bridge_track_artist as bridge
                where bridge.artist_key = artist.artist_key) as track_count
        from warehouse.dim_artist as artist
        left join warehouse.dim_artist as same on artist.same_as_artist_key = same.artist_key
    """,
    "albums": """
        select album.album_id, album.name, album.folded_artist_name, same.album_id as same_album_id
        from warehouse.dim_album as album
        left join warehouse.dim_album as same on album.same_as_album_key = same.album_key
    """,
    "gaps": "select gap_start, gap_end, closed_at is null as is_open from warehouse.etl_gap",
    "spans": "select distinct span_start, span_end from warehouse.etl_import_span",
    "files": """
        select file_name, content_digest, read_count, skipped_count, first_told_at,
            last_told_at
        from warehouse.etl_import_file
    """,
    "skipped rows": "select file_name, row_number, reason from warehouse.etl_import_skip",
    **{
        table: f"select to_jsonb(told) - 'listener_key' from warehouse.{table} as told"
        for table in ("summary_hour", "summary_session")
    },
    **{
        table: f"""
            select {_name("track")} as track,
                to_jsonb(summary) - array['listener_key', 'track_key'] as told
            from warehouse.{table} as summary
            join warehouse.dim_track as track using (track_key)
        """
        for table in ("summary_month_track", "summary_track")
    },
}


class Digest(NamedTuple):
    """So many rows, and what tells their content from any other."""

    count: int
    checksum: str | None


Contents = dict[str, Digest]


def read_contents(url: str) -> Contents:
    """Return a digest of everything an import writes, whatever keys it was given."""
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute("set timezone to 'UTC'")
        contents = {}
        for name, query in CONTENTS.items():
            cursor.execute(
                "select count(*), md5(string_agg(line, ' ' order by line collate \"C\"))"
                f" from (select told::text as line from ({query}) as told) as lines"
            )
            contents[name] = Digest(*(cursor.fetchone() or (0, None)))
        return contents
