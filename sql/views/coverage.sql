-- bi.coverage
-- Grain: one row per listener and day, from the first play to today.
-- Can this day be trusted? complete: all of it was seen. at least: a part was not.
-- unknown: nobody looked.
create view bi.coverage as
with span as (
    select
        listener_key,
        range_agg(tsrange(seen_start_utc, seen_end_utc, '[]')) as seen
    from part.seen_span
    group by listener_key
),

listener as (
    select
        who.listener_key,
        who.timezone,
        play.first_at,
        (play.first_at at time zone who.timezone)::date as first_date,
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
    where play.first_at is not null
),

day as (
    select
        listener.listener_key,
        turn.day::date as play_date,
        greatest(listener.first_at, turn.day at time zone listener.timezone) at time zone 'UTC'
            as day_start,
        (turn.day + interval '1 day') at time zone listener.timezone at time zone 'UTC' as day_end
    from listener
    cross join lateral generate_series(
        listener.first_date::timestamp, listener.last_date::timestamp, interval '1 day'
    ) as turn (day)
),

judged as (
    select
        day.*,
        tsrange(
            day.day_start,
            greatest(day.day_start, least(day.day_end, now() at time zone 'UTC')),
            '[]'
        ) as asked,
        span.seen
    from day
    left join span
        on day.listener_key = span.listener_key
),

heard as (
    select
        listener_key,
        play_date,
        sum(play_count)::integer as play_count,
        sum(listen_count)::integer as listen_count,
        sum(ms_measured)::bigint as ms_measured,
        sum(ms_estimated)::bigint as ms_estimated,
        sum(excluded_play_count)::integer as excluded_play_count,
        sum(excluded_ms)::bigint as excluded_ms
    from warehouse.summary_hour
    group by listener_key, play_date
)

select
    judged.listener_key,
    to_char(judged.play_date, 'YYYYMMDD')::integer as date_key,
    judged.play_date,
    case
        when judged.seen @> tsrange(lower(judged.asked), upper(judged.asked)) then 'complete'
        when judged.seen && judged.asked then 'at least'
        else 'unknown'
    end as status,
    gap.open_gap_count,
    gap.open_gap_hours,
    coalesce(heard.play_count, 0) as play_count,
    coalesce(heard.listen_count, 0) as listen_count,
    coalesce(heard.ms_measured, 0) as ms_measured,
    coalesce(heard.ms_estimated, 0) as ms_estimated,
    coalesce(heard.excluded_play_count, 0) as excluded_play_count,
    coalesce(heard.excluded_ms, 0) as excluded_ms
from judged
left join heard
    on judged.listener_key = heard.listener_key and judged.play_date = heard.play_date
cross join lateral (
    select
        count(*)::integer as open_gap_count,
        coalesce(
            round(
                sum(
                    extract(
                        epoch from
                        least(etl.gap_end at time zone 'UTC', judged.day_end)
                        - greatest(etl.gap_start at time zone 'UTC', judged.day_start)
                    )
                )
                / 3600, 2
            ),
            0
        )::numeric(4, 2) as open_gap_hours
    from warehouse.etl_gap as etl
    where
        etl.listener_key = judged.listener_key
        and etl.closed_at is null
        and etl.gap_start < judged.day_end at time zone 'UTC'
        and etl.gap_end > judged.day_start at time zone 'UTC'
) as gap;
comment on view bi.coverage is
'Grain: one row per listener and day, from the first play to today. Can this day be trusted? complete: '
'all of it was seen. at least: a part was not. unknown: nobody looked.';
comment on column bi.coverage.listener_key is 'Whose: bi.listener.';
comment on column bi.coverage.date_key is 'The day as yyyymmdd: bi.calendar.';
comment on column bi.coverage.play_date is 'Day on the listeners calendar.';
comment on column bi.coverage.status is 'complete, at least or unknown.';
comment on column bi.coverage.open_gap_count is 'Open gaps that reach into the day.';
comment on column bi.coverage.open_gap_hours is 'Hours of the day that lie in them.';
comment on column bi.coverage.play_count is 'Plays that are counted, of any length.';
comment on column bi.coverage.listen_count is 'Of these: 30 seconds or more, or a shorter track heard whole.';
comment on column bi.coverage.ms_measured is 'Milliseconds listened, measured.';
comment on column bi.coverage.ms_estimated is 'Milliseconds listened, estimated.';
comment on column bi.coverage.excluded_play_count is 'Plays that a rule of bi.exclusion leaves out.';
comment on column bi.coverage.excluded_ms is 'Milliseconds that a rule of bi.exclusion leaves out.';
