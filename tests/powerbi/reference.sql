-- What the measures of Power BI have to be, said once more in SQL over the same views.
-- {listener}, {calendar}, {artist}, {album} and {play} are the choices, each a condition.
-- {has_days}: a day is chosen at all; {is_apart}: something else than days and listeners is.
with who as (
    select listener_key from bi.listener where {listener}
),

days as (
    {days}
),

heard as (
    select play.*
    from bi.play as play
    where
        play.listener_key in (select listener_key from who)
        and play.is_counted
        and (not {has_days} or play.play_date in (select calendar_date from days))
        and (
            not {has_song}
            or play.track_key in (
                select track.track_key
                from bi.track as track
                inner join bi.album as album on track.same_album_key = album.album_key
                where
                    {album}
                    and track.track_key in (
                        select credit.track_key
                        from bi.track_artist as credit
                        inner join bi.artist as artist on credit.artist_key = artist.artist_key
                        where {artist}
                    )
            )
        )
        and {play}
),

span as (
    select seen from bi.period
    where period = 'all time' and not {has_days} and listener_key in (select listener_key from who)
    union all
    select seen from bi.seen_day
    where
        {has_days}
        and listener_key in (select listener_key from who)
        and play_date in (select calendar_date from days)
),

credited as (
    select
        play.track_key,
        bool_or(credit.artist_role = 'main') as is_main,
        bool_or(credit.artist_role = 'featured') as is_featured
    from (select distinct track_key from heard) as play
    inner join bi.track_artist as credit on play.track_key = credit.track_key
    inner join bi.artist as artist on credit.artist_key = artist.artist_key
    where {artist}
    group by play.track_key
),

known as (
    select
        case
            when count(*) = 0 then null
            when bool_and(seen = 'whole') then 'whole'
            when bool_and(seen = 'none') then 'none'
            else 'part'
        end as seen
    from span
),

total as (
    select
        count(*) as plays,
        count(*) filter (where is_listen) as listens,
        coalesce(sum(ms_listened), 0) / 3600000.0 as hours,
        coalesce(sum(ms_listened) filter (where is_estimated), 0) / 3600000.0 as hours_estimated,
        coalesce(bool_or(is_estimated), false) as is_estimated,
        count(is_skip) as judged,
        count(*) filter (where is_skip) as skipped,
        coalesce(sum(ms_listened) filter (where is_main), 0) / 3600000.0 as hours_as_main,
        coalesce(sum(ms_listened) filter (where is_featured), 0) / 3600000.0 as hours_as_featured
    from heard
    left join credited using (track_key)
),

told as (
    select
        total.*,
        total.plays > 0 or (not {is_apart} and coalesce(known.seen in ('whole', 'part'), false))
            as is_told,
        word.certainty,
        word.count_certainty
    from total
    cross join known
    left join bi.certainty as word
        on
            word.seen = coalesce(known.seen, case when total.plays > 0 then 'none' end)
            and word.has_plays = (total.plays > 0)
            and word.is_estimated = total.is_estimated
),

found as (
    select count(distinct item_key) as artists
    from bi.discovery as item
    inner join bi.artist as artist on item.item_key = artist.artist_key
    where
        item.kind = 'artist'
        and item.listener_key in (select listener_key from who)
        and (not {has_days} or item.first_heard_date in (select calendar_date from days))
        and {artist}
),

unseen as (
    select count(distinct day.play_date) as days
    from bi.seen_day as day
    where
        day.listener_key in (select listener_key from who)
        and case
            when {has_days}
                then day.seen <> 'whole' and day.play_date in (select calendar_date from days)
            else day.all_time_seen <> 'whole'
        end
),

rated as (
    select avg(given.rating) as rating
    from bi.album_rating as given
    inner join bi.album as album on given.album_key = album.album_key
    where
        given.is_latest
        and given.listener_key in (select listener_key from who)
        and (not {has_days} or given.rated_date in (select calendar_date from days))
        and {album}
)

select
    case when told.is_told then told.plays end as "Plays",
    case when told.is_told then told.listens end as "Listens",
    case when told.is_told then told.hours end as "Hours",
    case when told.is_told then told.hours_estimated end as "Hours estimated",
    case when told.is_told then told.hours_as_main end as "Hours as main",
    case when told.is_told then told.hours_as_featured end as "Hours as featured",
    case when told.is_told then told.judged end as "Plays judged",
    told.skipped::numeric / nullif(told.judged, 0) as "Skip rate",
    case when told.is_told or not {is_apart} then told.certainty end as "Certainty",
    case when told.is_told or not {is_apart} then told.count_certainty end as "Count certainty",
    case
        when {is_beside_artists} then null
        when found.artists > 0 then found.artists
        when told.is_told and not {is_apart} and told.plays >= 0
            then case when known.seen in ('whole', 'part') then 0 end
    end as "New artists",
    case when known.seen is not null and not {is_apart} then unseen.days end as "Days not fully seen",
    case when not {is_beside_albums} then rated.rating end as "Average rating"
from told
cross join known
cross join found
cross join unseen
cross join rated
