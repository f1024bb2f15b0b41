-- Read the batch's files and judge every row (DuckDB): what it is, when it ended, or why not.
-- Everything arrives as text, because Spotify changes types as it likes; what cannot be
-- read becomes null, never an error. The private fields are not among the columns read.
-- Words stay as they were written: spelling.sql and encode.sql clean what is distinct.
create or replace table entry as
with typed as (
    select
        list_position(getvariable('paths'), path) as path_number,
        everheard_fault as fault,
        to_told(ts) as told_at,
        ms_played as told_ms,
        try_cast(ms_played as double) as ms,
        offline_timestamp,
        filled(spotify_track_uri) as track_uri,
        filled(master_metadata_track_name) as track_name,
        master_metadata_album_artist_name as artist_name,
        master_metadata_album_album_name as album_name,
        coalesce(filled(spotify_episode_uri), filled(audiobook_chapter_uri)) as episode_uri,
        coalesce(filled(episode_name), filled(audiobook_chapter_title)) as episode_name,
        coalesce(filled(episode_show_name), filled(audiobook_title)) as show_name,
        audiobook_uri as show_uri,
        coalesce(audiobook_chapter_uri, audiobook_title) is not null as is_audiobook,
        platform,
        reason_start,
        reason_end,
        conn_country as country,
        try_cast(shuffle as boolean) as is_shuffle,
        try_cast(skipped as boolean) as is_skipped,
        try_cast(offline as boolean) as is_offline,
        try_cast(incognito_mode as boolean) as is_incognito
    from read_json(
        getvariable('paths'),
        columns = {
            'ts': 'varchar',
            'platform': 'varchar',
            'ms_played': 'varchar',
            'conn_country': 'varchar',
            'master_metadata_track_name': 'varchar',
            'master_metadata_album_artist_name': 'varchar',
            'master_metadata_album_album_name': 'varchar',
            'spotify_track_uri': 'varchar',
            'episode_name': 'varchar',
            'episode_show_name': 'varchar',
            'spotify_episode_uri': 'varchar',
            'audiobook_title': 'varchar',
            'audiobook_uri': 'varchar',
            'audiobook_chapter_uri': 'varchar',
            'audiobook_chapter_title': 'varchar',
            'reason_start': 'varchar',
            'reason_end': 'varchar',
            'shuffle': 'varchar',
            'skipped': 'varchar',
            'offline': 'varchar',
            'offline_timestamp': 'varchar',
            'incognito_mode': 'varchar',
            'everheard_fault': 'varchar'
        },
        format = 'array',
        filename = 'path',
        maximum_object_size = 1048576
    )
),

judged as (
    select
        *,
        to_ms(ms) as ms_played,
        case
            when coalesce(track_uri, track_name) is not null then 'track'
            when coalesce(episode_uri, episode_name) is not null then 'episode'
            else 'unknown'
        end as kind,
        to_started(is_offline, offline_timestamp) as started_at
    from typed
)

select
    * exclude (offline_timestamp, fault, ms, told_ms),
    is_moved(told_at, started_at, ms_played) as is_moved,
    to_end(told_at, started_at, ms_played) as played_at,
    case
        when fault is not null then fault
        when told_at is null then 'no readable date'
        when told_at < timestamp '2006-04-23' then 'date before Spotify existed'
        when told_at > getvariable('now') + interval 1 day then 'date in the future'
        when told_ms is not null and not coalesce(isfinite(ms), false)
            then 'no readable listening time'
        when ms < 0 then 'negative listening time'
        when ms_played is null and ms is not null then 'listening time of more than a day'
        when kind = 'unknown' and coalesce(ms_played, 0) = 0 then 'no name and no listening time'
    end as reason,
    case kind
        when 'track' then coalesce(track_uri, track_name || chr(31) || coalesce(artist_name, ''))
        when 'episode'
            then coalesce(episode_uri, episode_name || chr(31) || coalesce(show_name, ''))
        else ''
    end as item_name
from judged;
