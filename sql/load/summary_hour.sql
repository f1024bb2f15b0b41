-- Derive warehouse.summary_hour again for the touched months, written as the difference.
create temp table derived_hour on commit drop as
select
    played_at_local::date as play_date,
    extract(hour from played_at_local)::smallint as hour_of_day,
    count(*) filter (where is_counted) as play_count,
    count(*) filter (where is_counted and is_listen) as listen_count,
    coalesce(sum(ms_listened) filter (where is_counted and not is_estimated), 0) as ms_measured,
    coalesce(sum(ms_listened) filter (where is_counted and is_estimated), 0) as ms_estimated,
    count(*) filter (where not is_counted) as excluded_play_count,
    coalesce(sum(ms_listened) filter (where not is_counted), 0) as excluded_ms
from pg_temp.touched_play
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
    );

insert into warehouse.summary_hour as target (
    listener_key,
    play_date,
    hour_of_day,
    play_count,
    listen_count,
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
    ms_measured,
    ms_estimated,
    excluded_play_count,
    excluded_ms
from pg_temp.derived_hour
on conflict on constraint summary_hour_pk do update
    set
        play_count = excluded.play_count,
        listen_count = excluded.listen_count,
        ms_measured = excluded.ms_measured,
        ms_estimated = excluded.ms_estimated,
        excluded_play_count = excluded.excluded_play_count,
        excluded_ms = excluded.excluded_ms
    where
    (
        target.play_count,
        target.listen_count,
        target.ms_measured,
        target.ms_estimated,
        target.excluded_play_count,
        target.excluded_ms
    )
    is distinct from
    (
        excluded.play_count,
        excluded.listen_count,
        excluded.ms_measured,
        excluded.ms_estimated,
        excluded.excluded_play_count,
        excluded.excluded_ms
    );

drop table pg_temp.derived_hour;
