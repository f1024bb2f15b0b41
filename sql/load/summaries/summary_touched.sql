-- Find the plays that the summaries of the touched months are derived from.
-- Sessions cross the months' ends: a new play may join one to the session before or after it.
-- So a stretch begins with the last session before its month, and ends before the second one
-- after it: that one begins after a silence which lies outside what was touched. A play that
-- began long before its end joins what lies between, too: the stretch begins with the last
-- session of which a play had ended before the earliest start in the month. Where the month
-- before is touched as well nobody has to ask: no play lasts as long as a month.
create temp table touched_stretch on commit drop as
with reached as (
    select
        month.month_end,
        case
            when month.month_date - interval '1 month' in (select m.month_date from pg_temp.touched_month as m)
                then month.month_start
            else
                (
                    select
                        least(
                            month.month_start,
                            min(play.played_at - play.ms_played * interval '1 millisecond')
                        )
                    from warehouse.fact_play as play
                    where
                        play.listener_key = %(listener_key)s
                        and play.played_at >= month.month_start
                        and play.played_at < month.month_end
                )
        end as month_start
    from pg_temp.touched_month as month
),

widened as (
    select
        coalesce(
            (
                select max(session.first_played_at)
                from warehouse.summary_session as session
                where
                    session.listener_key = %(listener_key)s
                    and session.first_played_at < month.month_start - interval '30 minutes'
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
    from reached as month
)

select
    lower(span) as stretch_start,
    upper(span) as stretch_end
from (
    select unnest(range_agg(tstzrange(stretch_start, stretch_end))) as span
    from widened
) as joined;

-- Without its one row known, the planner would rather read every play there is;
-- benchmark hourly_job measures it.
analyze pg_temp.touched_stretch;

-- Every play of the stretches; month_date is null outside the touched months.
create temp view heard_play as
select
    play.played_at,
    play.played_at_local,
    month.month_date,
    play.track_key,
    play.play_detail_key,
    play.ms_listened,
    play.is_estimated,
    play.is_listen,
    play.is_counted
from pg_temp.touched_stretch as stretch
inner join part.timed_play as play
    on stretch.stretch_start <= play.played_at and stretch.stretch_end > play.played_at
-- By the day: working a month out of each play takes longer than all else of this
-- (benchmark import_history).
left join (
    select
        touched.month_date,
        touched.month_date + day_number as play_date
    from pg_temp.touched_month as touched
    cross join generate_series(0, 30) as day_number
    where touched.month_date + day_number < touched.month_date + interval '1 month'
) as month
    on play.played_at_local::date = month.play_date
where play.listener_key = %(listener_key)s;
