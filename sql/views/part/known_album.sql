-- part.known_album
-- Grain: one row per listener and album that the listener has heard or rated, or more.
-- An album that another turned out to be is known with it.
create view part.known_album as
select
    heard.listener_key,
    track.album_key
from warehouse.dim_track as track
inner join warehouse.summary_track as heard
    on track.track_key = heard.track_key
union all
select
    heard.listener_key,
    album.same_as_album_key as album_key
from warehouse.dim_album as album
inner join warehouse.dim_track as track
    on album.album_key = track.album_key
inner join warehouse.summary_track as heard
    on track.track_key = heard.track_key
where album.same_as_album_key is not null
union all
select
    listener_key,
    album_key
from warehouse.fact_album_rating
union all
select
    listener_key,
    found_album_key as album_key
from warehouse.fact_album_rating
where found_album_key is not null;
comment on view part.known_album is
'Grain: one row per listener and album that the listener has heard or rated, or more.';
comment on column part.known_album.listener_key is 'Who knows it: bi.listener.';
comment on column part.known_album.album_key is 'What is known: bi.album.';
