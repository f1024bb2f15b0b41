-- Read a listener's own ratings, the newest first; with the count of all pages.
select
    count(*) over () as total_count,
    album.album_name as album,
    rating.rating,
    album.main_artist_name as artist,
    album.album_id,
    rating.album_key,
    given.rated_at,
    rating.is_latest,
    rating.rating_source as source
from bi.album_rating as rating
inner join warehouse.fact_album_rating as given
    on rating.album_rating_key = given.album_rating_key
inner join bi.album as album
    on rating.album_key = album.album_key
where
    rating.listener_key = %(listener_key)s
    and (rating.is_latest or %(wants_all)s)
    and (%(album_key)s::integer is null or rating.album_key = %(album_key)s)
order by given.rated_at desc, rating.album_rating_key desc
limit
    %(row_limit)s
    offset %(row_offset)s;
