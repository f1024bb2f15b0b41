-- This month beside the one before:
select
    period,
    first_date,
    play_count,
    round(ms_listened / 3600000.0, 1) as hours,
    certainty,
    round(previous_ms_listened / 3600000.0, 1) as hours_before
from bi.period_listening
where
    listener_key in (
        select listener_key from bi.listener
        where lower(listener_name) = 'ada'
    )
    and period = '30 days';
