-- Read what search has found as it is now, with the listener's plays of it.
-- Where there are several listeners, only what this one has heard or rated.
with found as (
    select
        kind,
        key
    from unnest(%(kind)s::text[], %(key)s::integer[]) as given (kind, key)
),

found_track as (
    select
        kind,
        key,
        key as track_key
    from found
    where kind = 'track'
    union all
    select
        found.kind,
        found.key,
        track.track_key
    from found
    inner join warehouse.dim_track as track
        on found.key = track.album_key
    where found.kind = 'album'
    union all
    select
        found.kind,
        found.key,
        credit.track_key
    from found
    inner join warehouse.bridge_track_artist as credit
        on found.key = credit.artist_key
    where found.kind = 'artist'
),

played as (
    select
        found_track.kind,
        found_track.key,
        sum(summary.play_count) as play_count
    from found_track
    inner join warehouse.summary_track as summary
        on found_track.track_key = summary.track_key
    where summary.listener_key = %(listener_key)s
    group by found_track.kind, found_track.key
)

select
    found.kind,
    found.key,
    case when word.count_certainty <> 'not seen' then coalesce(played.play_count, 0) end as play_count,
    word.count_certainty
from found
left join played
    on found.kind = played.kind and found.key = played.key
-- Who has not played anything yet has no periods.
left join bi.period as period
    on period.listener_key = %(listener_key)s and period.period = 'all time'
inner join bi.certainty as word
    on
        coalesce(period.seen, 'none') = word.seen
        and (coalesce(played.play_count, 0) > 0) = word.has_plays
        and not word.is_estimated
where
    (select alone.is_alone from part.is_alone as alone)
    or (
        found.kind = 'artist'
        and exists (
            select 1 from part.known_artist as known
            where known.listener_key = %(listener_key)s and known.artist_key = found.key
        )
    )
    or (
        found.kind = 'album'
        and exists (
            select 1 from part.known_album as known
            where known.listener_key = %(listener_key)s and known.album_key = found.key
        )
    )
    or (
        found.kind = 'track'
        and exists (
            select 1 from part.known_track as known
            where known.listener_key = %(listener_key)s and known.track_key = found.key
        )
    );
