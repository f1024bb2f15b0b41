-- Read the batch's files and judge every row (DuckDB): what it is, when it ended, or why not.
-- Everything arrives as text, because Spotify changes types as it likes; what cannot be
-- read becomes null, never an error. The private fields are not among the columns read.
-- Words stay as they were written: spelling.sql and encode.sql clean what is distinct.
create or replace table entry as
with typed as (
    select
        list_position(getvariable('paths'), path) as path_number,
        everheard_fault as fault,
        date_trunc('second', try_cast(ts as timestamptz) at time zone 'UTC') as told_at,
        ms_played as told_ms,
        try_cast(ms_played as double) as ms,
        try_cast(offline_timestamp as bigint) as offline_number,
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
        * exclude (ms, told_ms),
        case when ms between 0 and 2147483647 then ms::integer end as ms_played,
        told_ms is not null and not coalesce(ms between 0 and 2147483647, false) as is_ms_absurd,
        case
            when coalesce(track_uri, track_name) is not null then 'track'
            when coalesce(episode_uri, episode_name) is not null then 'episode'
            else 'unknown'
        end as kind,
        case
            when is_offline and offline_number > 0 then to_moment(offline_number)
        end as started_at
    from typed
),

placed as (
    select
        *,
        -- Of an offline play Spotify's ts is the upload; the end is its start plus its length.
        getvariable('corrects_offline')
        and coalesce(started_at between told_at - interval 60 day and told_at, false)
        and ms_played is not null as is_moved
    from judged
)

select
    * exclude (told_at, started_at, offline_number, fault, is_ms_absurd),
    case
        when is_moved
            then least(
                told_at, date_trunc('second', started_at + to_milliseconds(ms_played::bigint))
            )
        else told_at
    end as played_at,
    case
        when fault is not null then fault
        when told_at is null then 'no readable date'
        when told_at < timestamp '2006-04-23' then 'date before Spotify existed'
        when told_at > getvariable('now') + interval 1 day then 'date in the future'
        when is_ms_absurd then 'no readable listening time'
        when kind = 'unknown' and coalesce(ms_played, 0) = 0 then 'no name and no listening time'
    end as reason,
    case kind
        when 'track' then coalesce(track_uri, track_name || chr(31) || coalesce(artist_name, ''))
        when 'episode'
            then coalesce(episode_uri, episode_name || chr(31) || coalesce(show_name, ''))
        else ''
    end as item_name
from placed;
