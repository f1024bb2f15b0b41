-- Read the artists heard most in every period, and those heard most as guests.
select
    top.credit,
    top.period,
    top.place,
    top.previous_place,
    top.artist_name as name,
    '' as artist_name,
    artist.spotify_url as url,
    top.play_count,
    top.ms_listened,
    top.ms_estimated,
    top.ms_as_main,
    top.ms_as_featured,
    top.certainty,
    top.count_certainty,
    found.first_heard_date
from bi.top_artist as top
inner join bi.artist as artist on top.artist_key = artist.artist_key
left join bi.discovery as found
    on
        top.listener_key = found.listener_key and found.kind = 'artist'
        and top.artist_key = found.item_key
where
    top.listener_key = %(listener)s and top.credit in ('all', 'featured')
    and top.place <= %(most)s
order by top.credit, top.period, top.place;
