-- Read a listener's ratings of an album, the one that counts first: see bi.album_rating.
select
    rating.album_rating_key,
    rating.rating::text as rating,
    rating.rated_at,
    meant.name as album_name
from warehouse.fact_album_rating as rating
inner join warehouse.dim_album as given
    on rating.album_key = given.album_key
inner join warehouse.dim_album as meant
    on coalesce(given.same_as_album_key, rating.found_album_key, rating.album_key) = meant.album_key
where rating.listener_key = %(listener_key)s and meant.album_key = %(album_key)s
order by rating.rated_at desc, rating.album_rating_key desc;
