-- Read the newest albums by artists that a listener plays or follows.
select
    found_at_local::date as found_date,
    album_name,
    artist_name,
    spotify_url as url
from bi.new_release
where listener_key = %(listener)s
order by found_at_local desc, album_key limit 12;
