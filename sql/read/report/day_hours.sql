-- Read how long was listened in every hour of a day.
select
    hour_of_day,
    coalesce(sum(ms_listened) filter (where not is_estimated), 0) as ms_measured,
    coalesce(sum(ms_listened) filter (where is_estimated), 0) as ms_estimated
from bi.play
where listener_key = %(listener)s and play_date = %(day)s and is_counted
group by hour_of_day;
