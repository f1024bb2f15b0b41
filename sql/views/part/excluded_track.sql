-- part.excluded_track
-- Grain: one row per listener and track that a rule on an artist, album or track takes out.
-- A rule holds for all that a thing turned out to be: the other ids of an artist or
-- album, the other tracks of a recording. A rule on an artist takes out guests' tracks too.
create view part.excluded_track as
with rule as (
    select
        listener_key,
        rule,
        artist_key,
        album_key,
        track_key
    from warehouse.dim_exclusion
    where rule in ('artist', 'album', 'track')
)

select
    rule.listener_key,
    bridge.track_key
from rule
inner join warehouse.dim_artist as named
    on rule.artist_key = named.artist_key
inner join warehouse.dim_artist as artist
    on
        coalesce(named.same_as_artist_key, named.artist_key)
        = coalesce(artist.same_as_artist_key, artist.artist_key)
inner join warehouse.bridge_track_artist as bridge
    on artist.artist_key = bridge.artist_key
union
select
    rule.listener_key,
    track.track_key
from rule
inner join warehouse.dim_album as named
    on rule.album_key = named.album_key
inner join warehouse.dim_album as album
    on
        coalesce(named.same_as_album_key, named.album_key)
        = coalesce(album.same_as_album_key, album.album_key)
inner join warehouse.dim_track as track
    on album.album_key = track.album_key
union
select
    rule.listener_key,
    track.track_key
from rule
inner join warehouse.dim_track as named
    on rule.track_key = named.track_key
inner join warehouse.dim_track as track
    on
        named.track_key = track.track_key
        or (named.recording_key = track.recording_key and track.recording_key <> 0);
comment on view part.excluded_track is
'Grain: one row per listener and track that a rule on an artist, album or track takes out.';
comment on column part.excluded_track.listener_key is 'Whose rule: bi.listener.';
comment on column part.excluded_track.track_key is 'A track whose plays are not counted: bi.track.';
