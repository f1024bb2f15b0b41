-- part.seen_day
-- Grain: one row per listener and day, from the first that a period of anybody's holds to today.
-- How much of each day was seen: whole, part or none. A day begins at midnight, the first one
-- too, and ends now at the latest; one that is still to come has not been seen. Only all time
-- begins with the first play, and asks for the rest of that day alone.
create view part.seen_day as
with listener as (
    select
        who.listener_key,
        who.timezone,
        play.first_at,
        (play.first_at at time zone who.timezone)::date as first_play_date,
        min((play.first_at at time zone who.timezone)::date) over () as first_date_of_all,
        (now() at time zone who.timezone)::date as today_date,
        greatest((now() at time zone who.timezone)::date, (play.last_at at time zone who.timezone)::date)
            as last_date
    from warehouse.dim_listener as who
    cross join
        lateral (
            select
                min(played_at) as first_at,
                max(played_at) as last_at
            from warehouse.fact_play
            where listener_key = who.listener_key
        ) as play
),

-- Its moments are worked out once, not for every use, and midnight once for two days
-- (benchmark views): the day after the last one only ends that.
midnight as materialized (
    select
        listener.listener_key,
        listener.first_play_date,
        listener.today_date,
        listener.first_at at time zone 'UTC' as first_utc,
        turn.day::date as play_date,
        turn.day at time zone listener.timezone at time zone 'UTC' as start_utc
    from listener
    cross join lateral generate_series(
        least(
            -- As far back as bi.calendar, which does not know the zones.
            date_trunc('year', listener.first_date_of_all::timestamp - interval '2 days'),
            listener.today_date - interval '364 days'
        ),
        listener.last_date + interval '1 day',
        interval '1 day'
    ) as turn (day)
),

day as (
    select
        midnight.*,
        lead(start_utc) over (partition by listener_key order by play_date) as end_utc
    from midnight
),

bounded as (
    select
        day.*,
        greatest(day.start_utc, least(day.end_utc, now() at time zone 'UTC')) as until_utc,
        case when day.play_date = day.first_play_date then day.first_utc else day.start_utc end
            as rest_utc
    from day
    where day.end_utc is not null
),

-- Worked out once, not for every day (benchmark views).
span as materialized (
    select
        listener_key,
        range_agg(tsrange(seen_start_utc, seen_end_utc, '[]')) as seen
    from part.seen_span
    group by listener_key
)

select
    bounded.listener_key,
    bounded.play_date,
    bounded.first_play_date,
    bounded.today_date,
    bounded.start_utc,
    bounded.end_utc,
    case
        when bounded.play_date > bounded.today_date then 'none'
        when span.seen @> tsrange(bounded.start_utc, bounded.until_utc, '[]') then 'whole'
        when span.seen && tsrange(bounded.start_utc, bounded.until_utc, '()') then 'part'
        else 'none'
    end as seen,
    bounded.play_date <= bounded.today_date
    and coalesce(
        span.seen @> tsrange(bounded.rest_utc, greatest(bounded.rest_utc, bounded.until_utc), '[]'), false
    ) as is_rest_seen
from bounded
left join span
    on bounded.listener_key = span.listener_key;
comment on view part.seen_day is
'Grain: one row per listener and day, from the first that a period of anybody''s holds to today. How much '
'of each day was seen: whole, part or none. A day begins at midnight, the first one too, and ends now at the '
'latest; one that is still to come has not been seen.';
comment on column part.seen_day.listener_key is 'Whose: bi.listener.';
comment on column part.seen_day.play_date is 'Day on the listeners calendar.';
comment on column part.seen_day.first_play_date is 'Day of the first play there is; null: none yet.';
comment on column part.seen_day.today_date is 'Today on the listeners calendar.';
comment on column part.seen_day.start_utc is 'Midnight with which it begins, UTC.';
comment on column part.seen_day.end_utc is 'Midnight with which it ends, UTC.';
comment on column part.seen_day.seen is 'whole, part or none.';
comment on column part.seen_day.is_rest_seen is
'All of it was seen; on the day of the first play: all of it from then on.';
