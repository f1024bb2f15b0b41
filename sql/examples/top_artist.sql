-- The ten guests of all time:
select
    place,
    artist_name,
    play_count,
    round(ms_listened / 3600000.0, 1) as hours,
    certainty
from bi.top_artist
where
    listener_key in (
        select listener_key from bi.listener
        where lower(listener_name) = 'ada'
    )
    and period = 'all time'
    and credit = 'featured'
    and place <= 10
order by place;
