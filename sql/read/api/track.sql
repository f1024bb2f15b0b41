-- Read a track by Spotify's id or by key, with the listener's own numbers.
-- All tracks of one recording count together.
with wanted as (
    select track.*
    from bi.track as track
    where
        (track.track_id = %(id)s or track.track_key = %(key)s)
        and track.track_key > 0
        and (
            (select alone.is_alone from part.is_alone as alone)
            or exists (
                select 1 from part.known_track as known
                where known.listener_key = %(listener_key)s and known.track_key = track.track_key
            )
        )
),

same as (
    select track.track_key
    from wanted
    inner join warehouse.dim_track as track
        on
            wanted.track_key = track.track_key
            or (wanted.recording_key = track.recording_key and wanted.recording_key <> 0)
),

played as (
    select
        play.is_listen,
        play.ms_listened,
        play.is_estimated,
        play.played_at_utc
    from same
    inner join bi.play as play
        on same.track_key = play.track_key
    where play.listener_key = %(listener_key)s and play.is_counted
)

select
    wanted.track_id,
    wanted.track_key,
    wanted.track_name as track,
    wanted.duration_ms,
    wanted.isrc,
    album.album_name as album,
    album.album_id,
    (
        select
            json_agg(
                json_build_object(
                    'artist', artist.artist_name,
                    'artist_id', artist.artist_id,
                    'role', credit.artist_role
                )
                order by credit.artist_position, credit.artist_key
            )
        from bi.track_artist as credit
        inner join bi.artist as artist
            on credit.artist_key = artist.artist_key
        where credit.track_key = wanted.track_key
    ) as artists,
    case when word.certainty <> 'not seen' then numbers.play_count end as play_count,
    case when word.certainty <> 'not seen' then numbers.listen_count end as listen_count,
    case when word.certainty <> 'not seen' then numbers.hours_listened end as hours_listened,
    numbers.is_estimated,
    word.certainty,
    word.count_certainty,
    numbers.first_played_at,
    numbers.last_played_at
from wanted
left join bi.album as album
    on wanted.album_key = album.album_key and album.album_key > 0
cross join (
    select
        count(*) as play_count,
        count(*) filter (where is_listen) as listen_count,
        round(coalesce(sum(ms_listened), 0) / 3600000.0, 2) as hours_listened,
        coalesce(bool_or(is_estimated), false) as is_estimated,
        min(played_at_utc) at time zone 'UTC' as first_played_at,
        max(played_at_utc) at time zone 'UTC' as last_played_at
    from played
) as numbers
-- Who has not played anything yet has no periods.
left join bi.period as period
    on period.listener_key = %(listener_key)s and period.period = 'all time'
inner join bi.certainty as word
    on
        coalesce(period.seen, 'none') = word.seen
        and (numbers.play_count > 0) = word.has_plays
        and numbers.is_estimated = word.is_estimated;
