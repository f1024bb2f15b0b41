-- bi.streak
-- Grain: one row per listener and run of days with a listen on each.
-- Exact: both days beside it were wholly seen and without a listen. Where the ledger begins
-- there is no day beside, and today is not over: such a run is at least as long.
create view bi.streak as
with active as (
    select
        listener_key,
        play_date,
        today_date,
        listen_count,
        lag(seen = 'whole' and play_date < today_date) over in_time as is_before_seen,
        lead(seen = 'whole' and play_date < today_date) over in_time as is_after_seen
    from part.heard_day
    where play_date >= first_play_date
    window in_time as (partition by listener_key order by play_date)
),

numbered as (
    select
        active.*,
        play_date - (row_number() over (partition by listener_key order by play_date))::integer
            as island
    from active
    where listen_count > 0
),

run as (
    select
        listener_key,
        min(play_date) as first_date,
        max(play_date) as last_date,
        count(*)::integer as day_count,
        coalesce((array_agg(is_before_seen order by play_date))[1], false)
        and coalesce((array_agg(is_after_seen order by play_date desc))[1], false) as is_exact
    from numbered
    group by listener_key, island
)

select
    run.listener_key,
    run.first_date,
    run.last_date,
    run.day_count,
    run.first_date <= today.today_date and run.last_date >= today.today_date - 1 as is_current,
    row_number() over (partition by run.listener_key order by run.day_count desc, run.first_date) = 1
        as is_longest,
    case when run.is_exact then 'exact' else 'at least' end as certainty
from run
inner join (
    select
        listener_key,
        (now() at time zone timezone)::date as today_date
    from warehouse.dim_listener
) as today
    on run.listener_key = today.listener_key;
comment on view bi.streak is
'Grain: one row per listener and run of days with a listen on each. Exact: both days beside '
'it were wholly seen and without a listen. Where the ledger begins there is no day beside, and today is '
'not over: such a run is at least as long.';
comment on column bi.streak.listener_key is 'Whose: bi.listener.';
comment on column bi.streak.first_date is 'First day of the run.';
comment on column bi.streak.last_date is 'Last day of the run.';
comment on column bi.streak.day_count is 'Days in the run.';
comment on column bi.streak.is_current is 'It reaches to today or yesterday.';
comment on column bi.streak.is_longest is 'No run of this listener is longer; of equals the first.';
comment on column bi.streak.certainty is 'Of day_count: exact or at least.';
