-- The last two weeks, day by day:
select
    play_date,
    play_count,
    round(ms_listened / 3600000.0, 1) as hours,
    certainty
from bi.daily_listening
where
    listener_key in (
        select listener_key from bi.listener
        where lower(listener_name) = 'ada'
    )
    and play_date > current_date - 14
order by play_date;
