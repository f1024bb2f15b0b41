-- bi.period
-- Grain: one row per listener and stretch of days that pages ask for.
-- The last 7, 30, 90 and 365 days (today is the last of them), each year, and all time.
-- Days and years begin where they say, be it before the first play; all time begins with it.
-- All of them end now at the latest. The period before has as many days; of the running year
-- it is the same days a year ago.
create view bi.period as
with listener as (
    select
        who.listener_key,
        who.timezone,
        (now() at time zone who.timezone)::date as today_date,
        play.first_at,
        play.last_at,
        (play.first_at at time zone who.timezone)::date as first_play_date,
        greatest((play.last_at at time zone who.timezone)::date, (now() at time zone who.timezone)::date)
            as newest_date
    from warehouse.dim_listener as who
    cross join
        lateral (
            select
                min(played_at) as first_at,
                max(played_at) as last_at
            from warehouse.fact_play
            where listener_key = who.listener_key
        ) as play
    where play.first_at is not null
),

asked as (
    select
        listener.*,
        length.day_count || ' days' as period,
        'days' as period_kind,
        listener.today_date - length.day_count + 1 as first_date,
        listener.today_date as last_date,
        listener.today_date - 2 * length.day_count + 1 as previous_first_date,
        listener.today_date - length.day_count as previous_last_date
    from listener
    cross join (values (7), (30), (90), (365)) as length (day_count)
    union all
    select
        listener.*,
        turn.year::text as period,
        'year' as period_kind,
        make_date(turn.year, 1, 1) as first_date,
        least(make_date(turn.year, 12, 31), listener.today_date) as last_date,
        make_date(turn.year - 1, 1, 1) as previous_first_date,
        case
            when turn.year = extract(year from listener.today_date)
                then (listener.today_date - interval '1 year')::date
            else make_date(turn.year - 1, 12, 31)
        end as previous_last_date
    from listener
    cross join
        lateral generate_series(
            extract(year from listener.first_play_date)::integer,
            extract(year from listener.today_date)::integer
        ) as turn (year)
    union all
    select
        listener.*,
        'all time' as period,
        'all' as period_kind,
        listener.first_play_date as first_date,
        listener.newest_date as last_date,
        null as previous_first_date,
        null as previous_last_date
    from listener
),

clipped as (
    select
        listener_key,
        timezone,
        period,
        period_kind,
        first_at,
        last_at,
        first_play_date,
        today_date,
        first_date,
        last_date,
        case when previous_last_date >= first_play_date then previous_first_date end
            as previous_first_date,
        case when previous_last_date >= first_play_date then previous_last_date end
            as previous_last_date
    from asked
    where last_date >= first_play_date
),

bounded as (
    select
        clipped.*,
        case
            when period_kind = 'all' then first_at
            else first_date::timestamp at time zone timezone
        end at time zone 'UTC' as start_utc,
        least(now(), (last_date + 1)::timestamp at time zone timezone) at time zone 'UTC' as end_utc,
        previous_first_date::timestamp at time zone timezone at time zone 'UTC' as previous_start_utc,
        (previous_last_date + 1)::timestamp at time zone timezone at time zone 'UTC'
            as previous_end_utc
    from clipped
),

-- Worked out once, not for every period (benchmark views).
span as materialized (
    select
        listener_key,
        range_agg(tsrange(seen_start_utc, seen_end_utc, '[]')) as seen
    from part.seen_span
    group by listener_key
),

judged as (
    select
        bounded.*,
        case
            when bounded.start_utc > bounded.end_utc then 'none'
            when span.seen @> tsrange(bounded.start_utc, bounded.end_utc, '[]') then 'whole'
            when span.seen && tsrange(bounded.start_utc, bounded.end_utc, '()') then 'part'
            else 'none'
        end as seen,
        case
            when bounded.previous_start_utc is null then null
            when span.seen @> tsrange(bounded.previous_start_utc, bounded.previous_end_utc, '[]') then 'whole'
            when span.seen && tsrange(bounded.previous_start_utc, bounded.previous_end_utc, '()') then 'part'
            else 'none'
        end as previous_seen
    from bounded
    left join span
        on bounded.listener_key = span.listener_key
)

select
    listener_key,
    period,
    period_kind,
    first_date,
    last_date,
    last_date - first_date + 1 as day_count,
    previous_first_date,
    previous_last_date,
    seen,
    previous_seen,
    seen = 'whole' as is_fully_seen,
    coalesce(previous_seen = 'whole', false) as is_previous_fully_seen,
    first_play_date,
    today_date
from judged;
comment on view bi.period is
'Grain: one row per listener and stretch of days that pages ask for. The last 7, 30, 90 and 365 days '
'(today is the last of them), each year, and all time. Days and years begin where they say, be it '
'before the first play; all time begins with it. The period before has as many days; of the running '
'year it is the same days a year ago.';
comment on column bi.period.listener_key is 'Whose: bi.listener.';
comment on column bi.period.period is '7 days, 30 days, 90 days, 365 days, a year such as 2026, or all time.';
comment on column bi.period.period_kind is 'days, year or all.';
comment on column bi.period.first_date is 'First day; of all time, that of the first play.';
comment on column bi.period.last_date is 'Last day; today where the period is running.';
comment on column bi.period.day_count is 'Days from first_date to last_date.';
comment on column bi.period.previous_first_date is
'First day of the period before; null where it ended before the first play.';
comment on column bi.period.previous_last_date is 'Last day of the period before.';
comment on column bi.period.seen is
'How much of it was seen: whole, part or none. It ends now; all time begins with the first play.';
comment on column bi.period.previous_seen is 'The same of the period before.';
comment on column bi.period.is_fully_seen is 'No gap in it, and no stretch that nobody looked at.';
comment on column bi.period.is_previous_fully_seen is 'All of the period before was seen.';
comment on column bi.period.first_play_date is 'Day of the first play there is.';
comment on column bi.period.today_date is 'Today on the listeners calendar.';
