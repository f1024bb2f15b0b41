-- The twenty songs of the last 90 days:
select
    place,
    previous_place,
    track_name,
    main_artist_name,
    play_count
from bi.top_track
where
    listener_key in (
        select listener_key from bi.listener
        where lower(listener_name) = 'ada'
    )
    and period = '90 days'
    and place <= 20
order by place;
