-- The ten albums of this year:
select
    place,
    album_name,
    main_artist_name,
    track_count,
    total_track_count
from bi.top_album
where
    listener_key in (
        select listener_key from bi.listener
        where lower(listener_name) = 'ada'
    )
    and period = extract(year from current_date)::text
    and place <= 10
order by place;
