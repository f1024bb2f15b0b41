-- The longest run of days with music in each year:
select
    period,
    first_date,
    last_date,
    day_count,
    certainty
from bi.period_streak
where
    listener_key in (
        select listener_key from bi.listener
        where lower(listener_name) = 'ada'
    )
    and period ~ '^[0-9]+$'
order by period;
