-- Derive warehouse.summary_session again around the touched months, as the difference.
-- A new play may join a session to the one before or after it. So the stretch begins with
-- the last session before the month, and ends before the second one after it: that one
-- begins after a pause which lies outside what was touched.
create temp table touched_stretch on commit drop as
with widened as (
    select
        coalesce(
            (
                select max(session.first_played_at)
                from warehouse.summary_session as session
                where
                    session.listener_key = %(listener_key)s
                    and session.first_played_at < month.month_start
            ),
            '-infinity'
        ) as stretch_start,
        coalesce(
            (
                select session.first_played_at
                from warehouse.summary_session as session
                where
                    session.listener_key = %(listener_key)s
                    and session.first_played_at >= month.month_end
                order by session.first_played_at
                limit 1 offset 1
            ),
            'infinity'
        ) as stretch_end
    from pg_temp.touched_month as month
)

select
    lower(span) as stretch_start,
    upper(span) as stretch_end
from (
    select unnest(range_agg(tstzrange(stretch_start, stretch_end))) as span
    from widened
) as joined;

-- Without its one row known, the planner would rather read every play there is.
analyze pg_temp.touched_stretch;

create temp table derived_session on commit drop as
with play as (
    select
        stretch.stretch_start,
        play.played_at,
        play.track_key,
        play.ms_listened,
        play.is_estimated,
        play.is_listen,
        play.played_at - play.ms_listened * interval '1 millisecond' as started_at
    from pg_temp.touched_stretch as stretch
    inner join bi.timed_play as play
        on stretch.stretch_start <= play.played_at and stretch.stretch_end > play.played_at
    where play.listener_key = %(listener_key)s and play.is_counted
),

parted as (
    select
        play.*,
        started_at - lag(played_at) over (partition by stretch_start order by played_at, track_key)
        <= interval '30 minutes' as is_continued
    from play
),

numbered as (
    select
        parted.*,
        count(*) filter (where is_continued is not true) over (
            partition by stretch_start order by played_at, track_key
        ) as session_number
    from parted
)

select
    min(played_at) as first_played_at,
    min(started_at) as started_at,
    max(played_at) as ended_at,
    count(*) as play_count,
    count(*) filter (where is_listen) as listen_count,
    coalesce(sum(ms_listened) filter (where not is_estimated), 0) as ms_measured,
    coalesce(sum(ms_listened) filter (where is_estimated), 0) as ms_estimated
from numbered
group by stretch_start, session_number;

delete from warehouse.summary_session as summary
using pg_temp.touched_stretch as stretch
where
    summary.listener_key = %(listener_key)s
    and summary.first_played_at >= stretch.stretch_start
    and summary.first_played_at < stretch.stretch_end
    and not exists (
        select 1 from pg_temp.derived_session as derived
        where derived.first_played_at = summary.first_played_at
    );

insert into warehouse.summary_session as target (
    listener_key,
    first_played_at,
    started_at,
    ended_at,
    play_count,
    listen_count,
    ms_measured,
    ms_estimated
)
select
    %(listener_key)s as listener_key,
    first_played_at,
    started_at,
    ended_at,
    play_count,
    listen_count,
    ms_measured,
    ms_estimated
from pg_temp.derived_session
order by first_played_at
on conflict on constraint summary_session_pk do update
    set
        started_at = excluded.started_at,
        ended_at = excluded.ended_at,
        play_count = excluded.play_count,
        listen_count = excluded.listen_count,
        ms_measured = excluded.ms_measured,
        ms_estimated = excluded.ms_estimated
    where
    (
        target.started_at,
        target.ended_at,
        target.play_count,
        target.listen_count,
        target.ms_measured,
        target.ms_estimated
    )
    is distinct from
    (
        excluded.started_at,
        excluded.ended_at,
        excluded.play_count,
        excluded.listen_count,
        excluded.ms_measured,
        excluded.ms_estimated
    );

drop table
pg_temp.derived_session, pg_temp.touched_stretch, pg_temp.touched_play, pg_temp.touched_month;
