-- Read every day of a listener: what was heard, and how sure that is.
select
    play_date,
    play_count,
    ms_listened,
    ms_estimated,
    certainty,
    count_certainty
from bi.daily_listening
where listener_key = %(listener)s
order by play_date;
