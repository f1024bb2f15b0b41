-- Read a listener's ratings of an album, the one that counts first: see bi.album_rating.
select
    rating.album_rating_key,
    rating.rating::text as rating,
    rating.rated_at,
    album.name as album_name
from warehouse.fact_album_rating as rating
inner join part.meant_album as meant
    on rating.listener_key = meant.listener_key and rating.album_key = meant.album_key
inner join warehouse.dim_album as album
    on
        coalesce(nullif(meant.meant_album_key, rating.album_key), rating.found_album_key, rating.album_key)
        = album.album_key
where rating.listener_key = %(listener_key)s and album.album_key = %(album_key)s
order by rating.rated_at desc, rating.album_rating_key desc;
