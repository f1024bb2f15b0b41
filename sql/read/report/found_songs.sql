-- Read the songs heard most, and when each was heard for the first time.
-- The link leads to one of the song's releases; a song that is not joined to others has one.
with found as (
    select * from bi.discovery
    where listener_key = %(listener)s and kind = 'song'
    order by ms_listened desc, item_key
    limit %(most)s
)

select
    found.item_key,
    song.song_name as name,
    song.main_artist_name as artist_name,
    found.first_heard_date,
    found.last_heard_date,
    found.play_count,
    found.ms_listened,
    found.ms_estimated,
    found.certainty,
    found.count_certainty,
    'https://open.spotify.com/track/' || coalesce(lone.track_id, joined.track_id) as url
from found
inner join bi.recording as song on found.item_key = song.song_key
left join bi.track as lone on -found.item_key = lone.track_key and found.item_key < 0
left join lateral (
    select track_id from bi.track
    where recording_key = found.item_key and found.item_key > 0 and track_id is not null
    order by track_key limit 1
) as joined on true
order by found.ms_listened desc, found.item_key;
