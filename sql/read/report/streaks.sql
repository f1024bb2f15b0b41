-- Read the runs of days without a day off.
select
    first_date,
    last_date,
    day_count,
    certainty
from bi.streak
where listener_key = %(listener)s
order by first_date;
