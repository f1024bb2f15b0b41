-- The twenty songs of the last 90 days:
select
    place,
    previous_place,
    track_name,
    main_artist_name,
    play_count
from bi.top_track
where listener_key = 1 and period = '90 days' and place <= 20
order by place;
