-- Read every day of a listener: whether it was seen, and what was heard.
select
    play_date,
    status,
    play_count,
    ms_measured,
    ms_estimated
from bi.coverage
where listener_key = %(listener)s
order by play_date;
