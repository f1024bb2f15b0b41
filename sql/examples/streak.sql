-- The longest run of days, and the running one:
select
    first_date,
    last_date,
    day_count,
    is_current,
    certainty
from bi.streak
where
    listener_key in (
        select listener_key from bi.listener
        where lower(listener_name) = 'ada'
    )
    and (is_longest or is_current);
