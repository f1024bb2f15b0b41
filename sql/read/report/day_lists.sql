-- Read what was heard most on a day.
select
    list,
    place,
    item_name,
    artist_name,
    play_count,
    ms_listened,
    ms_estimated,
    certainty,
    count_certainty
from bi.daily_top
where listener_key = %(listener)s and play_date = %(day)s and place <= %(most)s
order by list, place;
