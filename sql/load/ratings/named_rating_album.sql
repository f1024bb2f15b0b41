-- Make albums known by name only, for ratings of what the ledger has not met yet.
-- Sorted by natural key, so that two listeners who rate at once never deadlock.
insert into warehouse.dim_artist (name, folded_name, metadata_level, described_at)
select distinct on (folded_artist)
    artist,
    folded_artist,
    1 as metadata_level,
    now() as described_at
from unnest(%(artist)s::text[], %(folded_artist)s::text[]) as given (artist, folded_artist)
where folded_artist <> ''
order by folded_artist, artist
on conflict on constraint dim_artist_natural_key do nothing;

insert into warehouse.dim_album (
    name, folded_name, folded_artist_name, metadata_level, described_at
)
select distinct on (folded_title, folded_artist)
    title,
    folded_title,
    folded_artist,
    1 as metadata_level,
    now() as described_at
from
    unnest(%(title)s::text[], %(folded_title)s::text[], %(folded_artist)s::text[])
        as given (title, folded_title, folded_artist)
order by folded_title, folded_artist, title
on conflict on constraint dim_album_natural_key do nothing;

insert into warehouse.bridge_album_artist (
    album_key, artist_key, artist_position, artist_role
)
select distinct
    album.album_key,
    artist.artist_key,
    0 as artist_position,
    'main' as artist_role
from
    unnest(%(folded_title)s::text[], %(folded_artist)s::text[])
        as given (folded_title, folded_artist)
inner join warehouse.dim_album as album
    on given.folded_title = album.known_by_name and given.folded_artist = album.known_by_artist
inner join warehouse.dim_artist as artist
    on given.folded_artist = artist.known_by_name
where given.folded_artist <> ''
order by album.album_key, artist.artist_key
on conflict on constraint bridge_album_artist_pk do nothing;

select
    given.row_number,
    album.album_key
from
    unnest(%(row_number)s::integer[], %(folded_title)s::text[], %(folded_artist)s::text[])
        as given (row_number, folded_title, folded_artist)
inner join warehouse.dim_album as album
    on given.folded_title = album.known_by_name and given.folded_artist = album.known_by_artist;
