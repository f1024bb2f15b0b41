-- bi.seen_month
-- Grain: one row per listener and month, from that of the first play to this one.
-- What the questions about months say how sure they are by. The first month begins with
-- the first play, and the last one ends now.
create view bi.seen_month as
with listener as (
    select
        who.listener_key,
        who.timezone,
        play.first_at,
        date_trunc('month', play.first_at at time zone who.timezone) as first_month,
        greatest(now(), play.last_at) at time zone who.timezone as last_at_local
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

month as (
    select
        listener.listener_key,
        turn.month_start::date as month_date,
        greatest(listener.first_at, turn.month_start at time zone listener.timezone) as start_at,
        least(now(), (turn.month_start + interval '1 month') at time zone listener.timezone)
            as end_at
    from listener
    cross join lateral generate_series(
        listener.first_month, listener.last_at_local, interval '1 month'
    ) as turn (month_start)
),

-- Worked out once, not for every month.
span as materialized (
    select
        listener_key,
        range_agg(tsrange(seen_start_utc, seen_end_utc, '[]')) as seen
    from part.seen_span
    group by listener_key
)

select
    month.listener_key,
    month.month_date,
    measured.is_fully_seen,
    measured.certainty as certainty_if_measured,
    estimated.certainty as certainty_if_estimated,
    measured.count_certainty
from month
left join span
    on month.listener_key = span.listener_key
inner join part.certainty as measured
    on
        not measured.is_estimated
        and measured.is_fully_seen = coalesce(
            span.seen
            @> tsrange(
                month.start_at at time zone 'UTC',
                -- A month ahead of the clock has not begun.
                greatest(month.start_at, month.end_at) at time zone 'UTC',
                '[]'
            ),
            false
        )
inner join part.certainty as estimated
    on estimated.is_estimated and measured.is_fully_seen = estimated.is_fully_seen;
comment on view bi.seen_month is
'Grain: one row per listener and month, from that of the first play to this one. What the questions '
'about months say how sure they are by. The first month begins with the first play, and the '
'last one ends now.';
comment on column bi.seen_month.listener_key is 'Whose: bi.listener.';
comment on column bi.seen_month.month_date is 'First day of the month.';
comment on column bi.seen_month.is_fully_seen is 'No gap in it, and no stretch that nobody looked at.';
comment on column bi.seen_month.certainty_if_measured is
'Of a sum of time of which nothing is estimated: exact or at least.';
comment on column bi.seen_month.certainty_if_estimated is
'Of a sum of time of which a part is estimated: about or not fully seen.';
comment on column bi.seen_month.count_certainty is 'Of counts: exact or at least.';
