-- Find the listener's months whose summaries have to be derived again.
-- Touched are: the spans that somebody noted; everything, where the listener has moved to
-- another time zone; the plays of tracks that a rule of exclusion takes out now and did
-- not before, or the other way round; the plays of tracks whose length is another, where
-- nobody measured them, or where they count as listens now and did not before, or the other
-- way round. The play after a span is touched with it: its estimated time depends on the
-- play before.
insert into warehouse.etl_touched_span (listener_key, touched_from, touched_to)
select
    listener.listener_key,
    '-infinity' as touched_from,
    'infinity' as touched_to
from warehouse.dim_listener as listener
left join warehouse.etl_summary as summary
    on listener.listener_key = summary.listener_key
where
    listener.listener_key = %(listener_key)s
    and summary.timezone is distinct from listener.timezone
on conflict on constraint etl_touched_span_pk do nothing;

insert into warehouse.etl_summary as target (listener_key, timezone)
select
    listener_key,
    timezone
from warehouse.dim_listener
where listener_key = %(listener_key)s
on conflict on constraint etl_summary_pk do update
    set timezone = excluded.timezone
    where target.timezone <> excluded.timezone;

with changed as (
    select coalesce(rule.track_key, known.track_key) as track_key
    from (
        select track_key from part.excluded_track
        where listener_key = %(listener_key)s
    ) as rule
    full join (
        select track_key from warehouse.etl_excluded_track
        where listener_key = %(listener_key)s
    ) as known
        on rule.track_key = known.track_key
    where rule.track_key is null or known.track_key is null
)

insert into warehouse.etl_touched_span (listener_key, touched_from, touched_to)
select
    play.listener_key,
    min(play.played_at) as touched_from,
    max(play.played_at) as touched_to
from changed
inner join warehouse.fact_play as play
    on changed.track_key = play.track_key
where
    -- All plays are read, and only then.
    (select count(c.track_key) from changed as c) > 0
    and play.listener_key = %(listener_key)s
group by play.listener_key, date_trunc('month', play.played_at)
on conflict on constraint etl_touched_span_pk do nothing;

delete from warehouse.etl_excluded_track as known
where
    known.listener_key = %(listener_key)s
    and not exists (
        select 1 from part.excluded_track as rule
        where rule.listener_key = %(listener_key)s and rule.track_key = known.track_key
    );

insert into warehouse.etl_excluded_track (listener_key, track_key)
select
    listener_key,
    track_key
from part.excluded_track
where listener_key = %(listener_key)s
on conflict on constraint etl_excluded_track_pk do nothing;

-- Taken exactly as found: what somebody notes meanwhile waits for the next time.
create temp table taken_span (
    touched_from timestamptz not null,
    touched_to timestamptz not null
) on commit drop;

with taken as (
    delete from warehouse.etl_touched_span
    where listener_key = %(listener_key)s
    returning
        touched_from,
        touched_to
)

insert into pg_temp.taken_span (touched_from, touched_to)
select
    touched_from,
    touched_to
from taken;

-- A note that somebody is just writing once more is left to the next time: nobody waits.
create temp table taken_track (
    track_key integer not null,
    changes_listens boolean not null
) on commit drop;

with noted as (
    select track_key
    from warehouse.etl_touched_track
    where listener_key = %(listener_key)s
    order by track_key
    for update skip locked
),

taken as (
    delete from warehouse.etl_touched_track as known
    using noted
    where known.listener_key = %(listener_key)s and known.track_key = noted.track_key
    returning
        known.track_key,
        known.changes_listens
)

insert into pg_temp.taken_track (track_key, changes_listens)
select
    track_key,
    changes_listens
from taken;

insert into pg_temp.taken_span (touched_from, touched_to)
select
    min(play.played_at) as touched_from,
    max(play.played_at) as touched_to
from pg_temp.taken_track as taken
inner join warehouse.fact_play as play
    on taken.track_key = play.track_key
where play.ms_played is null and play.listener_key = %(listener_key)s
group by date_trunc('month', play.played_at);

-- Plays that were measured are found by the months that they were summed in: no index leads to
-- them. What is not summed yet waits in a span of its own.
insert into pg_temp.taken_span (touched_from, touched_to)
select
    summary.month_date::timestamp at time zone listener.timezone as touched_from,
    summary.month_date::timestamp at time zone listener.timezone as touched_to
from pg_temp.taken_track as taken
inner join warehouse.summary_month_track as summary
    on taken.track_key = summary.track_key
inner join warehouse.dim_listener as listener
    on summary.listener_key = listener.listener_key
where
    -- Or all months would be read for nothing (benchmark hourly_job).
    (select bool_or(t.changes_listens) from pg_temp.taken_track as t)
    and taken.changes_listens
    and summary.listener_key = %(listener_key)s
group by summary.month_date, listener.timezone;

-- Months by the listener's calendar, between the first and the last thing there is.
create temp table touched_month on commit drop as
with listener as (
    select
        listener_key,
        timezone
    from warehouse.dim_listener
    where listener_key = %(listener_key)s
),

edge as (
    select
        listener.timezone,
        least(play.first_at, summary.first_at) as first_at,
        greatest(play.last_at, summary.last_at) as last_at
    from listener
    cross join
        lateral (
            select
                min(played_at) as first_at,
                max(played_at) as last_at
            from warehouse.fact_play
            where listener_key = listener.listener_key
        ) as play
    cross join lateral (
        select
            min(play_date)::timestamp at time zone 'UTC' as first_at,
            (max(play_date) + 1)::timestamp at time zone 'UTC' as last_at
        from warehouse.summary_hour
        where listener_key = listener.listener_key
    ) as summary
),

span as (
    select
        edge.timezone,
        greatest(touched.touched_from, edge.first_at) as touched_from,
        least(coalesce(next_play.played_at, touched.touched_to), edge.last_at) as touched_to
    from pg_temp.taken_span as touched
    cross join edge
    cross join
        lateral (
            select min(play.played_at) as played_at
            from warehouse.fact_play as play
            where play.listener_key = %(listener_key)s and play.played_at > touched.touched_to
        ) as next_play
    -- Without a first play there is nothing to sum, and no end to the months.
    where edge.first_at is not null
),

month as (
    select distinct
        span.timezone,
        day::date as month_date
    from span
    cross join lateral generate_series(
        date_trunc('month', span.touched_from at time zone span.timezone),
        span.touched_to at time zone span.timezone,
        interval '1 month'
    ) as day
)

select
    month_date,
    month_date::timestamp at time zone timezone as month_start,
    (month_date + interval '1 month') at time zone timezone as month_end
from month;

drop table pg_temp.taken_span, pg_temp.taken_track;

-- Usually it is one month: or the planner would reckon with thousands (benchmark hourly_job).
analyze pg_temp.touched_month;
