-- bi.album_rating
-- Grain: one row per rating given.
-- The latest of a listener and album counts (is_latest); the album is the one that a mere
-- name turned out to be, where the listener knows that (part.meant_album).
create view bi.album_rating as
select
    rating.album_rating_key,
    rating.listener_key,
    coalesce(nullif(meant.meant_album_key, rating.album_key), rating.found_album_key, rating.album_key) as album_key,
    rating.rating,
    rating.rated_at at time zone listener.timezone as rated_at_local,
    (rating.rated_at at time zone listener.timezone)::date as rated_date,
    rating.rating_source,
    row_number() over (
        partition by
            rating.listener_key,
            coalesce(nullif(meant.meant_album_key, rating.album_key), rating.found_album_key, rating.album_key)
        order by rating.rated_at desc, rating.album_rating_key desc
    ) = 1 as is_latest
from warehouse.fact_album_rating as rating
inner join part.meant_album as meant
    on rating.listener_key = meant.listener_key and rating.album_key = meant.album_key
inner join warehouse.dim_listener as listener
    on rating.listener_key = listener.listener_key;
comment on view bi.album_rating is
'Grain: one row per rating given.';
comment on column bi.album_rating.album_rating_key is 'Key of the row; grows with time.';
comment on column bi.album_rating.listener_key is 'Who rated: bi.listener.';
comment on column bi.album_rating.album_key is 'What was rated: bi.album.';
comment on column bi.album_rating.rating is 'From 0 to 100.';
comment on column bi.album_rating.rated_at_local is 'When, on the listener''s clock.';
comment on column bi.album_rating.rated_date is 'The day of it on the listener''s calendar.';
comment on column bi.album_rating.rating_source is 'Where the rating came from: api, form, command or a file.';
comment on column bi.album_rating.is_latest is 'True for the one rating of a listener and album that counts.';
