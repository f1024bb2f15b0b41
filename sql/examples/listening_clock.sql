-- The busiest hours of a week:
select
    weekday_name,
    hour_of_day,
    round(ms_listened / 3600000.0, 1) as hours
from bi.listening_clock
where
    listener_key in (
        select listener_key from bi.listener
        where lower(listener_name) = 'ada'
    )
    and period = '365 days'
order by ms_listened desc
limit 10;
