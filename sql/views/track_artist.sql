-- bi.track_artist
-- Grain: one row per track and artist credited on it.
-- The bridge between plays and artists: a play of a track with three artists is one play,
-- and counts for each of the three.
create view bi.track_artist as
select
    bridge.track_key,
    coalesce(artist.same_as_artist_key, bridge.artist_key) as artist_key,
    min(bridge.artist_position) as artist_position,
    max(bridge.artist_role) as artist_role
from warehouse.bridge_track_artist as bridge
inner join warehouse.dim_artist as artist
    on bridge.artist_key = artist.artist_key
group by bridge.track_key, coalesce(artist.same_as_artist_key, bridge.artist_key);
comment on view bi.track_artist is
'Grain: one row per track and artist credited on it.';
comment on column bi.track_artist.track_key is 'The track: bi.track.';
comment on column bi.track_artist.artist_key is 'The artist: bi.artist.';
comment on column bi.track_artist.artist_position is 'Place in Spotify''s list of artists, from 0.';
comment on column bi.track_artist.artist_role is 'main or featured.';
