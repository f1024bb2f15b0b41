-- Read the albums heard most in every period, and whether the year after heard them again.
with placed as (
    select * from bi.top_album
    where listener_key = %(listener)s and album_key > 0
)

select
    top.period,
    top.place,
    top.previous_place,
    top.album_name as name,
    top.main_artist_name as artist_name,
    album.spotify_url as url,
    top.play_count,
    top.ms_listened,
    top.ms_estimated,
    0 as ms_as_main,
    0 as ms_as_featured,
    top.certainty,
    top.count_certainty,
    found.first_heard_date,
    later.album_key is not null as is_heard_next_year
from placed as top
inner join bi.album as album on top.album_key = album.album_key
left join placed as later
    on
        top.album_key = later.album_key
        and later.period
        = case when top.period ~ '^[0-9]+$' then (top.period::integer + 1)::text end
left join bi.discovery as found
    on
        top.listener_key = found.listener_key and found.kind = 'album'
        and top.album_key = found.item_key
where top.place <= %(most)s
order by top.period, top.place;
