-- bi.track_artist
-- Grain: one row per track and artist credited on it.
-- The bridge between plays and artists: a play of a track with three artists is one play,
-- and counts for each of the three. A credit by a name that turned out to be an artist of
-- the same track counts once. That is told by a join, not by a group: behind a group the
-- planner does not know how many tracks there are, and picks plans that take twice as long.
create view bi.track_artist as
select
    bridge.track_key,
    coalesce(artist.same_as_artist_key, bridge.artist_key) as artist_key,
    bridge.artist_position,
    bridge.artist_role
from warehouse.bridge_track_artist as bridge
inner join warehouse.dim_artist as artist
    on bridge.artist_key = artist.artist_key
left join warehouse.bridge_track_artist as twin
    on bridge.track_key = twin.track_key and artist.same_as_artist_key = twin.artist_key
where twin.track_key is null;
comment on view bi.track_artist is
'Grain: one row per track and artist credited on it.';
comment on column bi.track_artist.track_key is 'The track: bi.track.';
comment on column bi.track_artist.artist_key is 'The artist: bi.artist.';
comment on column bi.track_artist.artist_position is 'Place in Spotify''s list of artists, from 0.';
comment on column bi.track_artist.artist_role is 'main or featured.';
