-- part.album_score
-- Grain: one row per listener and album rated or heard.
-- What every ranking of albums is made of; listener 0 is all listeners together, where
-- there are several. Ratings are those of this moment, listening is as of the last run
-- of rank_albums.
create view part.album_score as
with latest as (
    select
        listener_key,
        album_key,
        rating
    from bi.album_rating
    where is_latest
),

rated as (
    select
        listener_key,
        album_key,
        rating as average_rating,
        1::bigint as rating_count
    from latest
    union all
    select
        0::smallint as listener_key,
        album_key,
        avg(rating) as average_rating,
        count(*) as rating_count
    from latest
    where (select count(*) from warehouse.dim_listener) > 1
    group by album_key
)

select
    coalesce(rated.listener_key, heard.listener_key) as listener_key,
    coalesce(rated.album_key, heard.album_key) as album_key,
    rated.average_rating,
    coalesce(rated.rating_count, 0) as rating_count,
    coalesce(heard.ms_listened, 0) as ms_listened,
    coalesce(heard.ms_listened / heard.track_count, 0) as ms_per_track,
    heard.certainty
from rated
full join warehouse.fact_album_listening as heard
    on rated.listener_key = heard.listener_key and rated.album_key = heard.album_key;
comment on view part.album_score is
'Grain: one row per listener and album rated or heard.';
comment on column part.album_score.listener_key is 'Whose numbers: bi.listener; 0 is all listeners together.';
comment on column part.album_score.album_key is 'The album: bi.album.';
comment on column part.album_score.average_rating is 'Mean of the ratings that count; null where nobody rated it.';
comment on column part.album_score.rating_count is 'How many ratings count: one a listener at most.';
comment on column part.album_score.ms_listened is 'Milliseconds listened to the album''s recordings.';
comment on column part.album_score.ms_per_track is 'The same divided by the number of its tracks.';
comment on column part.album_score.certainty is
'Of ms_listened, as of the last run of rank_albums: exact, about, at least or not fully seen; null where '
'nothing was heard.';
