-- Derive warehouse.summary_month_track again for the touched months, as the difference;
-- see summary_hour.sql. Sorted before they are grouped: that costs no more than hashing them,
-- and lays the rows down in the order of the table's key. Benchmark import_history measures it.
create temp table derived_month_track on commit drop as
select
    month_date,
    track_key,
    count(*) as play_count,
    count(*) filter (where is_listen) as listen_count,
    count(*) filter (where is_estimated) as unmeasured_count,
    count(is_skip) as judged_count,
    count(*) filter (where is_skip) as skip_count,
    count(*) filter (where is_reasoned) as reasoned_count,
    coalesce(sum(ms_listened) filter (where not is_estimated), 0) as ms_measured,
    coalesce(sum(ms_listened) filter (where is_estimated), 0) as ms_estimated,
    min(played_at) filter (where is_listen) as first_listen_at,
    max(played_at) filter (where is_listen) as last_listen_at
from (
    select
        play.month_date,
        play.track_key,
        play.played_at,
        play.ms_listened,
        play.is_estimated,
        play.is_listen,
        detail.is_skip,
        detail.is_reasoned
    from pg_temp.touched_play as play
    left join part.play_detail as detail
        on play.play_detail_key = detail.play_detail_key
    where play.is_counted and play.month_date is not null
    order by play.month_date, play.track_key
) as play
group by month_date, track_key;

-- Only tracks of which a row has really changed are added up again by summary_track.sql:
-- a poll touches a whole month, but few of its tracks.
create temp table touched_track (track_key integer not null) on commit drop;

with deleted as (
    delete from warehouse.summary_month_track as summary
    using pg_temp.touched_month as month
    where
        summary.listener_key = %(listener_key)s
        and summary.month_date = month.month_date
        and not exists (
            select 1 from pg_temp.derived_month_track as derived
            where
                derived.month_date = summary.month_date
                and derived.track_key = summary.track_key
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
        )
    returning summary.track_key
)

insert into pg_temp.touched_track (track_key)
select distinct track_key from deleted;

-- What stands there already is right: only the rest is written.
delete from pg_temp.derived_month_track as derived
using warehouse.summary_month_track as summary
where
    summary.listener_key = %(listener_key)s
    and summary.month_date = derived.month_date
    and summary.track_key = derived.track_key;

insert into warehouse.summary_month_track (
    listener_key,
    month_date,
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
    month_date,
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
from pg_temp.derived_month_track;

insert into pg_temp.touched_track (track_key)
select track_key from pg_temp.derived_month_track
except
select track_key from pg_temp.touched_track;

drop table pg_temp.derived_month_track;
