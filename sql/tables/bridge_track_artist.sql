-- warehouse.bridge_track_artist
-- Grain: one row per track and artist credited on it.
-- artist_position is the place in Spotify's list, from 0; artist_role tells the
-- main artists of the track from the featured ones.
-- No foreign keys, as on the facts: its rows come out of joins only (sql/load/dimensions/bridges.sql).
create table warehouse.bridge_track_artist (
    track_key integer not null,
    artist_key integer not null,
    artist_position smallint not null,
    artist_role text not null,
    constraint bridge_track_artist_pk primary key (track_key, artist_key),
    constraint bridge_track_artist_role_ck check (artist_role in ('main', 'featured'))
);
create index bridge_track_artist_artist_key_ix on warehouse.bridge_track_artist (artist_key);
comment on table warehouse.bridge_track_artist is
'Grain: one row per track and artist credited on it.';
comment on column warehouse.bridge_track_artist.artist_position is
'Place in Spotify''s list of artists, from 0.';
comment on column warehouse.bridge_track_artist.artist_role is
'main or featured.';
