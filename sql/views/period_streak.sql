-- bi.period_streak
-- Grain: one row per listener and period with a listen.
-- The longest run of days with a listen on each, as far as it lies in the period. It is exact
-- where all of the period was seen, and the run itself is exact.
create view bi.period_streak as
with cut as (
    select
        period.listener_key,
        period.period,
        period.seen,
        greatest(run.first_date, period.first_date) as first_date,
        least(run.last_date, period.last_date) as last_date,
        run.certainty
    from bi.period as period
    inner join bi.streak as run
        on
            period.listener_key = run.listener_key
            and period.last_date >= run.first_date
            and period.first_date <= run.last_date
)

select distinct on (listener_key, period)
    listener_key,
    period,
    first_date,
    last_date,
    last_date - first_date + 1 as day_count,
    case when seen = 'whole' then certainty else 'at least' end as certainty
from cut
order by listener_key, period, last_date - first_date desc, first_date;
comment on view bi.period_streak is
'Grain: one row per listener and period with a listen. The longest run of days with a listen on each, as '
'far as it lies in the period. It is exact where all of the period was seen, and the run itself is exact.';
comment on column bi.period_streak.listener_key is 'Whose: bi.listener.';
comment on column bi.period_streak.period is '7 days, 30 days, 90 days, 365 days, a year such as 2026, or all time.';
comment on column bi.period_streak.first_date is 'First day of the run in the period.';
comment on column bi.period_streak.last_date is 'Last day of the run in the period.';
comment on column bi.period_streak.day_count is 'Days of the run in the period.';
comment on column bi.period_streak.certainty is 'Of day_count: exact or at least.';
