-- Add up warehouse.summary_track again for the tracks of the touched months.
-- Benchmark hourly_job measures what the planner is told, and the two roads.
analyze pg_temp.touched_track;

-- The months of a few tracks are looked up one by one, those of many are read with all others:
-- only one of the two roads is taken.
create temp table derived_track on commit drop as
with size as (
    select count(*) <= 500 as is_small from pg_temp.touched_track
),

month as (
    select generate_series(min(month_date), max(month_date), interval '1 month')::date as month_date
    from warehouse.summary_month_track
    where listener_key = %(listener_key)s
),

touched as (
    select summary.*
    from pg_temp.touched_track as track
    cross join month
    inner join warehouse.summary_month_track as summary
        on month.month_date = summary.month_date and track.track_key = summary.track_key
    where summary.listener_key = %(listener_key)s and (select is_small from size)
    union all
    select summary.*
    from pg_temp.touched_track as track
    inner join warehouse.summary_month_track as summary
        on track.track_key = summary.track_key
    where summary.listener_key = %(listener_key)s and (select not is_small from size)
)

select
    track_key,
    sum(play_count) as play_count,
    sum(listen_count) as listen_count,
    sum(unmeasured_count) as unmeasured_count,
    sum(judged_count) as judged_count,
    sum(skip_count) as skip_count,
    sum(reasoned_count) as reasoned_count,
    sum(ms_measured) as ms_measured,
    sum(ms_estimated) as ms_estimated,
    min(first_listen_at) as first_listen_at,
    max(last_listen_at) as last_listen_at
from touched
group by track_key;

analyze pg_temp.derived_track (track_key);

delete from warehouse.summary_track as summary
using pg_temp.touched_track as track
where
    summary.listener_key = %(listener_key)s
    and summary.track_key = track.track_key
    and not exists (
        select 1 from pg_temp.derived_track as derived
        where
            derived.track_key = summary.track_key
            and derived.play_count = summary.play_count
            and derived.listen_count = summary.listen_count
            and derived.unmeasured_count = summary.unmeasured_count
            and derived.judged_count = summary.judged_count
            and derived.skip_count = summary.skip_count
            and derived.reasoned_count = summary.reasoned_count
            and derived.ms_measured = summary.ms_measured
            and derived.ms_estimated = summary.ms_estimated
            and derived.first_listen_at is not distinct from summary.first_listen_at
            and derived.last_listen_at is not distinct from summary.last_listen_at
    );

insert into warehouse.summary_track (
    listener_key,
    track_key,
    play_count,
    listen_count,
    unmeasured_count,
    judged_count,
    skip_count,
    reasoned_count,
    ms_measured,
    ms_estimated,
    first_listen_at,
    last_listen_at
)
select
    %(listener_key)s as listener_key,
    track_key,
    play_count,
    listen_count,
    unmeasured_count,
    judged_count,
    skip_count,
    reasoned_count,
    ms_measured,
    ms_estimated,
    first_listen_at,
    last_listen_at
from pg_temp.derived_track as derived
where
    not exists (
        select 1 from warehouse.summary_track as summary
        where
            summary.listener_key = %(listener_key)s
            and summary.track_key = derived.track_key
    )
order by track_key;

drop table pg_temp.derived_track, pg_temp.touched_track;
