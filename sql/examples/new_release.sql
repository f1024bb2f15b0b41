-- What came out this month by those who are listened to:
select
    release_date,
    artist_name,
    album_name,
    artist_play_count,
    spotify_url
from bi.new_release
where listener_key = 1 and release_date >= date_trunc('month', current_date)
order by release_date, artist_name;
