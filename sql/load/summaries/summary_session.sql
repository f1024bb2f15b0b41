-- Derive warehouse.summary_session again for the touched stretches, as the difference; see
-- summary_hour.sql. Between two stretches lies a session that nothing has touched, so that
-- the silence before a stretch's first play is long, whatever came before. A session goes on
-- where a play begins before half an hour of silence is over: silence is counted from the last
-- end of all that began earlier, so that the order in which plays came in says nothing.
create temp table derived_session on commit drop as
with play as (
    select
        played_at,
        track_key,
        ms_listened,
        is_estimated,
        is_listen,
        played_at - ms_listened * interval '1 millisecond' as started_at
    from pg_temp.touched_play
    where is_counted
),

parted as (
    select
        play.*,
        started_at - max(played_at) over (
            order by started_at, played_at rows between unbounded preceding and 1 preceding
        ) <= interval '30 minutes' as is_continued
    from play
),

numbered as (
    select
        parted.*,
        count(*) filter (where is_continued is not true) over (
            order by started_at, played_at rows unbounded preceding
        ) as session_number
    from parted
)

select
    min(played_at) as first_played_at,
    min(started_at) as started_at,
    max(played_at) as ended_at,
    count(*) as play_count,
    count(*) filter (where is_listen) as listen_count,
    count(*) filter (where is_estimated) as unmeasured_count,
    coalesce(sum(ms_listened) filter (where not is_estimated), 0) as ms_measured,
    coalesce(sum(ms_listened) filter (where is_estimated), 0) as ms_estimated
from numbered
group by session_number;

delete from warehouse.summary_session as summary
using pg_temp.touched_stretch as stretch
where
    summary.listener_key = %(listener_key)s
    and summary.first_played_at >= stretch.stretch_start
    and summary.first_played_at < stretch.stretch_end
    and not exists (
        select 1 from pg_temp.derived_session as derived
        where
            derived.first_played_at = summary.first_played_at
            and derived.started_at = summary.started_at
            and derived.ended_at = summary.ended_at
            and derived.play_count = summary.play_count
            and derived.listen_count = summary.listen_count
            and derived.unmeasured_count = summary.unmeasured_count
            and derived.ms_measured = summary.ms_measured
            and derived.ms_estimated = summary.ms_estimated
    );

insert into warehouse.summary_session (
    listener_key,
    first_played_at,
    started_at,
    ended_at,
    play_count,
    listen_count,
    unmeasured_count,
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
    unmeasured_count,
    ms_measured,
    ms_estimated
from pg_temp.derived_session as derived
where
    not exists (
        select 1 from warehouse.summary_session as summary
        where
            summary.listener_key = %(listener_key)s
            and summary.first_played_at = derived.first_played_at
    )
order by first_played_at;

drop table pg_temp.derived_session;
