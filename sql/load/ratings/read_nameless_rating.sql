-- Read the rated albums that are names only and have not turned out to be an album yet, for each
-- listener who rated them.
select distinct
    rating.listener_key,
    album.album_key,
    album.folded_name,
    album.folded_artist_name
from warehouse.dim_album as album
inner join warehouse.fact_album_rating as rating
    on album.album_key = rating.album_key
inner join part.meant_album as meant
    on rating.listener_key = meant.listener_key and rating.album_key = meant.album_key
where album.album_id is null and meant.meant_album_key = album.album_key
order by album.album_key, rating.listener_key;
