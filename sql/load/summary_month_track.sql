-- Derive warehouse.summary_month_track again for the touched months, as the difference.
create temp table derived_month_track on commit drop as
select
    month_date,
    track_key,
    count(*) as play_count,
    count(*) filter (where is_listen) as listen_count,
    count(is_skipped) as judged_count,
    count(*) filter (where is_skipped) as skip_count,
    coalesce(sum(ms_listened) filter (where not is_estimated), 0) as ms_measured,
    coalesce(sum(ms_listened) filter (where is_estimated), 0) as ms_estimated,
    min(played_at) filter (where is_listen) as first_listen_at,
    max(played_at) filter (where is_listen) as last_listen_at
from pg_temp.touched_play
where is_counted
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
        )
    returning summary.track_key
),

written as (
    insert into warehouse.summary_month_track as target (
        listener_key,
        month_date,
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
        month_date,
        track_key,
        play_count,
        listen_count,
        judged_count,
        skip_count,
        ms_measured,
        ms_estimated,
        first_listen_at,
        last_listen_at
    from pg_temp.derived_month_track
    order by month_date, track_key
    on conflict on constraint summary_month_track_pk do update
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
        )
    returning target.track_key
)

insert into pg_temp.touched_track (track_key)
select track_key from deleted
union
select track_key from written;

drop table pg_temp.derived_month_track;
