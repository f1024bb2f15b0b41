-- Derive warehouse.summary_hour again for the touched months, written as the difference:
-- rows that are wrong by now go, rows that are missing come. The listener's lock is held, so
-- nobody else can come first, and the dearer "on conflict" is not needed (benchmark import_history).
create temp table derived_hour on commit drop as
select
    played_at_local::date as play_date,
    extract(hour from played_at_local)::smallint as hour_of_day,
    count(*) filter (where is_counted) as play_count,
    count(*) filter (where is_counted and is_listen) as listen_count,
    count(*) filter (where is_counted and is_estimated) as unmeasured_count,
    coalesce(sum(ms_listened) filter (where is_counted and not is_estimated), 0) as ms_measured,
    coalesce(sum(ms_listened) filter (where is_counted and is_estimated), 0) as ms_estimated,
    count(*) filter (where not is_counted) as excluded_play_count,
    coalesce(sum(ms_listened) filter (where not is_counted), 0) as excluded_ms
from pg_temp.touched_play
where month_date is not null
group by play_date, hour_of_day;

delete from warehouse.summary_hour as summary
using pg_temp.touched_month as month
where
    summary.listener_key = %(listener_key)s
    and summary.play_date >= month.month_date
    and summary.play_date < month.month_date + interval '1 month'
    and not exists (
        select 1 from pg_temp.derived_hour as derived
        where
            derived.play_date = summary.play_date
            and derived.hour_of_day = summary.hour_of_day
            and derived.play_count = summary.play_count
            and derived.listen_count = summary.listen_count
            and derived.unmeasured_count = summary.unmeasured_count
            and derived.ms_measured = summary.ms_measured
            and derived.ms_estimated = summary.ms_estimated
            and derived.excluded_play_count = summary.excluded_play_count
            and derived.excluded_ms = summary.excluded_ms
    );

insert into warehouse.summary_hour (
    listener_key,
    play_date,
    hour_of_day,
    play_count,
    listen_count,
    unmeasured_count,
    ms_measured,
    ms_estimated,
    excluded_play_count,
    excluded_ms
)
select
    %(listener_key)s as listener_key,
    play_date,
    hour_of_day,
    play_count,
    listen_count,
    unmeasured_count,
    ms_measured,
    ms_estimated,
    excluded_play_count,
    excluded_ms
from pg_temp.derived_hour as derived
where
    not exists (
        select 1 from warehouse.summary_hour as summary
        where
            summary.listener_key = %(listener_key)s
            and summary.play_date = derived.play_date
            and summary.hour_of_day = derived.hour_of_day
    )
order by play_date, hour_of_day;

drop table pg_temp.derived_hour;
