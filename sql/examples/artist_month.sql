-- One artist through the years:
select
    month_date,
    play_count,
    ms_listened / 3600000.0 as hours,
    certainty
from bi.artist_month
where listener_key = 1 and artist_key = 1
order by month_date;
