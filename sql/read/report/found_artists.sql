-- Read every artist that was ever heard, and when for the first time.
select
    found.item_key,
    artist.artist_name as name,
    '' as artist_name,
    found.first_heard_date,
    found.last_heard_date,
    found.play_count,
    found.ms_listened,
    found.ms_estimated,
    found.certainty,
    found.count_certainty,
    artist.spotify_url as url
from bi.discovery as found
inner join bi.artist as artist on found.item_key = artist.artist_key
where found.listener_key = %(listener)s and found.kind = 'artist'
order by found.ms_listened desc, found.item_key;
