-- warehouse.bridge_listener_artist
-- Grain: one row per listener and artist whom they follow on Spotify.
create table warehouse.bridge_listener_artist (
    listener_key smallint not null,
    artist_key integer not null,
    constraint bridge_listener_artist_pk primary key (listener_key, artist_key),
    constraint bridge_listener_artist_listener_fk foreign key (listener_key)
    references warehouse.dim_listener (listener_key),
    constraint bridge_listener_artist_artist_fk foreign key (artist_key)
    references warehouse.dim_artist (artist_key)
);
comment on table warehouse.bridge_listener_artist is
'Grain: one row per listener and artist whom they follow on Spotify.';
