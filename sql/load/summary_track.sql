-- Add up warehouse.summary_track again for the tracks of the touched months.
analyze pg_temp.touched_track;

create temp table derived_track on commit drop as
select
    month.track_key,
    sum(month.play_count) as play_count,
    sum(month.listen_count) as listen_count,
    sum(month.judged_count) as judged_count,
    sum(month.skip_count) as skip_count,
    sum(month.ms_measured) as ms_measured,
    sum(month.ms_estimated) as ms_estimated,
    min(month.first_listen_at) as first_listen_at,
    max(month.last_listen_at) as last_listen_at
from pg_temp.touched_track as track
inner join warehouse.summary_month_track as month
    on track.track_key = month.track_key
where month.listener_key = %(listener_key)s
group by month.track_key;

analyze pg_temp.derived_track (track_key);

delete from warehouse.summary_track as summary
using pg_temp.touched_track as track
where
    summary.listener_key = %(listener_key)s
    and summary.track_key = track.track_key
    and not exists (
        select 1 from pg_temp.derived_track as derived
        where derived.track_key = summary.track_key
    );

insert into warehouse.summary_track as target (
    listener_key,
    track_key,
    play_count,
    listen_count,
    judged_count,
    skip_count,
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
    judged_count,
    skip_count,
    ms_measured,
    ms_estimated,
    first_listen_at,
    last_listen_at
from pg_temp.derived_track
order by track_key
on conflict on constraint summary_track_pk do update
    set
        play_count = excluded.play_count,
        listen_count = excluded.listen_count,
        judged_count = excluded.judged_count,
        skip_count = excluded.skip_count,
        ms_measured = excluded.ms_measured,
        ms_estimated = excluded.ms_estimated,
        first_listen_at = excluded.first_listen_at,
        last_listen_at = excluded.last_listen_at
    where
    (
        target.play_count,
        target.listen_count,
        target.judged_count,
        target.skip_count,
        target.ms_measured,
        target.ms_estimated,
        target.first_listen_at,
        target.last_listen_at
    )
    is distinct from
    (
        excluded.play_count,
        excluded.listen_count,
        excluded.judged_count,
        excluded.skip_count,
        excluded.ms_measured,
        excluded.ms_estimated,
        excluded.first_listen_at,
        excluded.last_listen_at
    );

drop table pg_temp.derived_track, pg_temp.touched_track;
