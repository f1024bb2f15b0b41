-- Read the rated albums that are names only and have not turned out to be an album yet.
select
    album.album_key,
    album.folded_name,
    album.folded_artist_name
from warehouse.dim_album as album
where
    album.album_id is null
    and album.same_as_album_key is null
    and exists (
        select 1 from warehouse.fact_album_rating as rating
        where rating.album_key = album.album_key
    )
order by album.album_key;
