-- The longest run of days, and the running one:
select
    first_date,
    last_date,
    day_count,
    is_current,
    certainty
from bi.streak
where listener_key = 1 and (is_longest or is_current);
