-- What came out this month by those who are listened to:
select
    release_date,
    artist_name,
    album_name,
    artist_play_count,
    spotify_url
from bi.new_release
where
    listener_key in (
        select listener_key from bi.listener
        where lower(listener_name) = 'ada'
    )
    and release_date >= date_trunc('month', current_date)
order by release_date, artist_name;
