-- Read the tracks heard most in every period.
select
    top.period,
    top.place,
    top.previous_place,
    top.track_name as name,
    top.main_artist_name as artist_name,
    'https://open.spotify.com/track/' || track.track_id as url,
    top.play_count,
    top.ms_listened,
    top.ms_estimated,
    0 as ms_as_main,
    0 as ms_as_featured,
    top.certainty,
    top.count_certainty,
    found.first_heard_date
from bi.top_track as top
inner join bi.track as track on top.track_key = track.track_key
left join bi.discovery as found
    on
        top.listener_key = found.listener_key and found.kind = 'song'
        and top.song_key = found.item_key
where top.listener_key = %(listener)s and top.place <= %(most)s
order by top.period, top.place;
