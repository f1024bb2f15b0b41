-- The ten best albums, by ratings and time listened:
select
    ranking.rank,
    album.album_name,
    album.main_artist_name,
    ranking.average_rating,
    ranking.places_up_since_last_month
from bi.album_ranking as ranking
inner join bi.album as album
    on ranking.album_key = album.album_key
where
    ranking.listener_key in (
        select listener_key from bi.listener
        where lower(listener_name) = 'ada'
    )
    and ranking.method = 'blend'
    and ranking.rank <= 10
order by ranking.rank;
