-- warehouse.fact_album_release
-- Grain: one row per listener and album found among the releases of an artist they play or follow.
-- The first release of an album is listed as new once; later editions point to it.
create table warehouse.fact_album_release (
    listener_key smallint not null,
    album_key integer not null,
    artist_key integer not null,
    found_at timestamptz not null default now(),
    found_by text not null,
    release_date date,
    edition_name text not null,
    edition_of_album_key integer,
    is_followed boolean not null,
    is_new boolean not null,
    constraint fact_album_release_pk primary key (listener_key, album_key),
    constraint fact_album_release_listener_fk foreign key (listener_key)
    references warehouse.dim_listener (listener_key),
    constraint fact_album_release_album_fk foreign key (album_key)
    references warehouse.dim_album (album_key),
    constraint fact_album_release_artist_fk foreign key (artist_key)
    references warehouse.dim_artist (artist_key),
    constraint fact_album_release_edition_fk foreign key (edition_of_album_key)
    references warehouse.dim_album (album_key),
    constraint fact_album_release_found_by_ck check (found_by in ('browse', 'search', 'artist'))
);
create index fact_album_release_album_key_ix on warehouse.fact_album_release (album_key);
comment on table warehouse.fact_album_release is
'Grain: one row per listener and album found among the releases of an artist they play or follow.';
comment on column warehouse.fact_album_release.found_by is
'browse (Spotify''s list), search (tag:new) or artist (the artist''s own albums).';
comment on column warehouse.fact_album_release.edition_name is
'Folded title without words like "Deluxe Edition": what editions meet under.';
comment on column warehouse.fact_album_release.edition_of_album_key is
'The release of the same album that was listed before this one.';
comment on column warehouse.fact_album_release.is_new is
'False for what was out already when the artist was first looked at, and for editions.';
