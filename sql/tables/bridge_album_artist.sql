-- warehouse.bridge_album_artist
-- Grain: one row per album and artist credited on it.
-- artist_position is the place in Spotify's list, from 0; artist_role tells the
-- main artists of the album from the featured ones.
-- No foreign keys, as on the facts: its rows come out of joins only (sql/load/dimensions/bridges.sql).
create table warehouse.bridge_album_artist (
    album_key integer not null,
    artist_key integer not null,
    artist_position smallint not null,
    artist_role text not null,
    constraint bridge_album_artist_pk primary key (album_key, artist_key),
    constraint bridge_album_artist_role_ck check (artist_role in ('main', 'featured'))
);
create index bridge_album_artist_artist_key_ix on warehouse.bridge_album_artist (artist_key);
comment on table warehouse.bridge_album_artist is
'Grain: one row per album and artist credited on it.';
comment on column warehouse.bridge_album_artist.artist_position is
'Place in Spotify''s list of artists, from 0.';
comment on column warehouse.bridge_album_artist.artist_role is
'main or featured.';
