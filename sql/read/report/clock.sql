-- Read how long was listened in every hour of the week, period by period.
select
    period,
    weekday,
    hour_of_day,
    ms_listened
from bi.listening_clock
where listener_key = %(listener)s and ms_listened > 0;
