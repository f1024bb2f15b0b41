-- The weeks of the last year, and how sure each is:
select
    first_date,
    play_count,
    round(ms_listened / 3600000.0, 1) as hours,
    certainty
from bi.period_step
where
    listener_key in (
        select listener_key from bi.listener
        where lower(listener_name) = 'ada'
    )
    and period = '365 days'
    and unit = 'week'
order by first_date;
