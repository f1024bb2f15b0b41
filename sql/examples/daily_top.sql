-- Yesterday's first five of each list:
select
    list,
    place,
    item_name,
    artist_name,
    play_count
from bi.daily_top
where
    listener_key in (
        select listener_key from bi.listener
        where lower(listener_name) = 'ada'
    )
    and play_date = current_date - 1
    and place <= 5
order by list, place;
