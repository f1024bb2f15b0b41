-- Read what was heard most on a day.
select
    list,
    place,
    item_name as name,
    artist_name as artist,
    play_count,
    ms_listened,
    certainty,
    count_certainty
from bi.daily_top
where listener_key = %(listener_key)s and play_date = %(date)s and place <= 10
order by list, place;
