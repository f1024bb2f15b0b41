-- Still finding new?:
select
    month_date,
    new_artist_count,
    new_artist_pct,
    certainty
from bi.discovery_month
where
    listener_key in (
        select listener_key from bi.listener
        where lower(listener_name) = 'ada'
    )
order by month_date;
