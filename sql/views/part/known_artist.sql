-- part.known_artist
-- Grain: one row per listener and artist of a track heard or an album rated, or more.
-- An artist that another turned out to be is known with it.
create view part.known_artist as
select
    heard.listener_key,
    credit.artist_key
from warehouse.bridge_track_artist as credit
inner join warehouse.summary_track as heard
    on credit.track_key = heard.track_key
union all
select
    heard.listener_key,
    artist.same_as_artist_key as artist_key
from warehouse.dim_artist as artist
inner join warehouse.bridge_track_artist as credit
    on artist.artist_key = credit.artist_key
inner join warehouse.summary_track as heard
    on credit.track_key = heard.track_key
where artist.same_as_artist_key is not null
union all
select
    rating.listener_key,
    credit.artist_key
from warehouse.bridge_album_artist as credit
inner join warehouse.fact_album_rating as rating
    on credit.album_key = coalesce(rating.found_album_key, rating.album_key);
comment on view part.known_artist is
'Grain: one row per listener and artist of a track heard or an album rated, or more.';
comment on column part.known_artist.listener_key is 'Who knows it: bi.listener.';
comment on column part.known_artist.artist_key is 'What is known: bi.artist.';
