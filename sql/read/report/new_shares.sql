-- Read how much of every month went to artists never heard before.
select
    month_date,
    new_artist_pct,
    new_artist_count
from bi.discovery_month
where listener_key = %(listener)s and new_artist_pct is not null
order by month_date;
