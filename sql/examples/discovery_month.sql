-- Still finding new?:
select
    month_date,
    new_artist_count,
    new_artist_pct,
    certainty
from bi.discovery_month
where listener_key = 1
order by month_date;
