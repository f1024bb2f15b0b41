-- Read an artist by Spotify's id or by key, with the listener's own numbers.
with wanted as (
    select
        artist.artist_key,
        artist.artist_id,
        artist.name,
        artist.image_url
    from warehouse.dim_artist as artist
    where
        (artist.artist_id = %(id)s or artist.artist_key = %(key)s)
        and artist.artist_key > 0
        and (
            (select alone.is_alone from part.is_alone as alone)
            or exists (
                select 1 from part.known_artist as known
                where known.listener_key = %(listener_key)s and known.artist_key = artist.artist_key
            )
        )
),

played as (
    select
        credit.artist_role,
        play.is_listen,
        play.ms_listened,
        play.is_estimated,
        play.played_at_utc
    from wanted
    inner join warehouse.dim_artist as same
        on
            wanted.artist_key = same.artist_key
            or wanted.artist_key = same.same_as_artist_key
    inner join warehouse.bridge_track_artist as credit
        on same.artist_key = credit.artist_key
    inner join bi.play as play
        on credit.track_key = play.track_key
    where play.listener_key = %(listener_key)s and play.is_counted
)

select
    wanted.artist_id,
    wanted.artist_key,
    wanted.name as artist,
    wanted.image_url,
    case when word.certainty <> 'not seen' then numbers.play_count end as play_count,
    case when word.certainty <> 'not seen' then numbers.listen_count end as listen_count,
    case when word.certainty <> 'not seen' then numbers.main_play_count end as main_play_count,
    case when word.certainty <> 'not seen' then numbers.featured_play_count end as featured_play_count,
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
        count(*) filter (where artist_role = 'main') as main_play_count,
        count(*) filter (where artist_role = 'featured') as featured_play_count,
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
