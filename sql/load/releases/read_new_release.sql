-- Read the newest releases, for the feed: one row an album, whoever it concerns.
select
    album_id,
    max(album_name) as album_name,
    max(artist_name) as artist_name,
    max(album_type) as album_type,
    max(release_date)::text as release_date,
    max(image_url) as image_url,
    max(spotify_url) as spotify_url,
    max(track_count) as track_count,
    to_char(min(found_at_utc), 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as found_at
from bi.new_release
where album_id is not null
group by album_id
order by min(found_at_utc) desc, album_id
limit 100;
