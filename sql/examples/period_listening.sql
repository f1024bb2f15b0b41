-- This month beside the one before:
select
    period,
    first_date,
    play_count,
    round(ms_listened / 3600000.0, 1) as hours,
    certainty,
    round(previous_ms_listened / 3600000.0, 1) as hours_before
from bi.period_listening
where listener_key = 1 and period = '30 days';
