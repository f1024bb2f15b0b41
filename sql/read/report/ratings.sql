-- Read the ranking of the rated albums, best first.
select
    ranking.rank,
    album.album_name,
    album.main_artist_name,
    ranking.average_rating,
    ranking.ms_listened,
    album.spotify_url as url,
    ranking.places_up_since_last_week
from bi.album_ranking as ranking
inner join bi.album as album on ranking.album_key = album.album_key
where
    ranking.listener_key = %(listener)s and ranking.method = 'bayesian'
    and ranking.average_rating is not null
order by ranking.rank;
