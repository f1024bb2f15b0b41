-- warehouse.bridge_artist_genre
-- Grain: one row per artist, genre and who says so.
create table warehouse.bridge_artist_genre (
    artist_key integer not null,
    genre_key integer not null,
    genre_source text not null,
    constraint bridge_artist_genre_pk primary key (artist_key, genre_key, genre_source),
    constraint bridge_artist_genre_artist_fk foreign key (artist_key)
    references warehouse.dim_artist (artist_key),
    constraint bridge_artist_genre_genre_fk foreign key (genre_key)
    references warehouse.dim_genre (genre_key),
    constraint bridge_artist_genre_source_ck check (genre_source in ('spotify', 'musicbrainz'))
);
comment on table warehouse.bridge_artist_genre is
'Grain: one row per artist, genre and who says so.';
comment on column warehouse.bridge_artist_genre.genre_source is
'spotify (old apps only) or musicbrainz (CC0).';
