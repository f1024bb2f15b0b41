-- Who came back this year:
select
    artist_name,
    last_heard_date,
    returned_date,
    away_day_count,
    certainty
from bi.comeback
where
    listener_key in (
        select listener_key from bi.listener
        where lower(listener_name) = 'ada'
    )
    and returned_date >= date_trunc('year', current_date)
order by away_day_count desc;
