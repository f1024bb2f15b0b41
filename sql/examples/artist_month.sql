-- One artist through the years:
select
    month_date,
    play_count,
    ms_listened / 3600000.0 as hours,
    certainty
from bi.artist_month
where
    listener_key in (
        select listener_key from bi.listener
        where lower(listener_name) = 'ada'
    )
    and lower(artist_name) = 'kate bush'
order by month_date;
