-- Read an album by Spotify's id or by key, with the listener's own numbers.
-- A recording's plays count for the album wherever they were played from.
with wanted as (
    select album.*
    from bi.album as album
    where
        (album.album_id = %(id)s or album.album_key = %(key)s)
        and album.album_key > 0
        and (
            (select alone.is_alone from part.is_alone as alone)
            or exists (
                select 1 from part.known_album as known
                where known.listener_key = %(listener_key)s and known.album_key = album.album_key
            )
        )
),

track as (
    select distinct coalesce(joined.track_key, own.track_key) as track_key
    from wanted
    inner join warehouse.dim_album as same
        on wanted.album_key = same.album_key or wanted.album_key = same.same_as_album_key
    inner join warehouse.dim_track as own
        on same.album_key = own.album_key
    left join warehouse.dim_track as joined
        on own.recording_key = joined.recording_key and own.recording_key <> 0
),

played as (
    select
        play.is_listen,
        play.ms_listened,
        play.is_estimated,
        play.played_at_utc
    from track
    inner join bi.play as play
        on track.track_key = play.track_key
    where play.listener_key = %(listener_key)s and play.is_counted
),

rated as (
    select rating.rating
    from wanted
    inner join part.meant_album as meant
        on wanted.album_key = meant.album_key
    inner join bi.album_rating as rating
        on meant.listener_key = rating.listener_key and meant.meant_album_key = rating.album_key
    where meant.listener_key = %(listener_key)s and rating.is_latest
)

select
    wanted.album_id,
    wanted.album_key,
    wanted.album_name as album,
    wanted.main_artist_name as artist,
    wanted.album_type,
    wanted.release_date,
    wanted.total_track_count as track_count,
    wanted.image_url,
    (select rated.rating from rated) as rating,
    case when word.certainty <> 'not seen' then numbers.play_count end as play_count,
    case when word.certainty <> 'not seen' then numbers.listen_count end as listen_count,
    case when word.certainty <> 'not seen' then numbers.hours_listened end as hours_listened,
    numbers.is_estimated,
    word.certainty,
    word.count_certainty,
    numbers.first_played_at,
    numbers.last_played_at
from wanted
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
