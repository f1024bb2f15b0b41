-- One artist through the years:
select
    month_date,
    play_count
from bi.artist_month
where listener_key = 1 and artist_key = 1
order by month_date;
