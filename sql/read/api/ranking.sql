-- Read a whole ranking, best first.
select
    album.album_name as album,
    ranking.average_rating,
    ranking.rating_count as num_ratings,
    album.main_artist_name as artist,
    album.album_id,
    ranking.album_key,
    ranking.rank,
    ranking.score,
    ranking.ms_listened,
    ranking.certainty,
    ranking.places_up_since_yesterday,
    ranking.places_up_since_last_week,
    ranking.places_up_since_last_month
from bi.album_ranking as ranking
inner join bi.album as album
    on ranking.album_key = album.album_key
where ranking.listener_key = %(listener_key)s and ranking.method = %(method)s
order by ranking.rank;
