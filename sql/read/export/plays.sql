-- Tell each play as a document, with the names of what was played; the id is the same every time.
with credit as (
    select
        credited.track_key,
        json_agg(
            json_build_object('id', artist.artist_id, 'name', artist.artist_name, 'role', credited.artist_role)
            order by credited.artist_position, credited.artist_key
        ) as artists
    from bi.track_artist as credited
    inner join bi.artist as artist
        on credited.artist_key = artist.artist_key
    group by credited.track_key
),

described as (
    select
        track.track_key,
        json_build_object(
            'id', track.track_id,
            'name', track.track_name,
            'duration_ms', track.duration_ms,
            'isrc', track.isrc
        ) as track,
        credit.artists,
        case
            when album.album_key <> 0
                then json_build_object(
                    'id', album.album_id,
                    'name', album.album_name,
                    'artist', album.main_artist_name,
                    'release_date', album.release_date
                )
        end as album
    from bi.track as track
    left join bi.album as album
        on track.album_key = album.album_key
    left join credit
        on track.track_key = credit.track_key
)

select
    play.played_at_utc,
    play.listener_key,
    play.track_key,
    json_build_object(
        '_id', play.listener_key || '/' || to_char(play.played_at_utc, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
        || '/' || play.track_key,
        'played_at', to_char(play.played_at_utc, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
        'played_at_local', to_char(play.played_at_local, 'YYYY-MM-DD"T"HH24:MI:SS'),
        'listener', listener.listener_name,
        'listener_key', play.listener_key,
        'track', described.track,
        'artists', coalesce(described.artists, '[]'),
        'album', described.album,
        'ms_listened', play.ms_listened,
        'is_estimated', play.is_estimated,
        'is_listen', play.is_listen,
        'is_counted', play.is_counted,
        'is_skip', play.is_skip,
        'is_shuffle', play.is_shuffle,
        'is_offline', play.is_offline,
        'reason_start', play.reason_start,
        'reason_end', play.reason_end,
        'country', play.country,
        'platform', nullif(play.platform, ''),
        'context', context.context_uri,
        'source', play.source
    )::text as document
from bi.play as play
inner join bi.listener as listener
    on play.listener_key = listener.listener_key
left join described
    on play.track_key = described.track_key
left join bi.context as context
    on play.context_key = context.context_key;
