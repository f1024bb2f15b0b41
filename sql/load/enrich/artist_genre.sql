-- Load the staged genres of artists: all that a source names, in place of what it named before.
insert into warehouse.dim_genre (name)
select distinct staged.name
from pg_temp.staged_artist_genre as staged
where
    not exists (
        select 1 from warehouse.dim_genre as known
        where known.name = staged.name
    )
order by staged.name
on conflict on constraint dim_genre_natural_key do nothing;

with staged as (
    select distinct
        artist.artist_key,
        genre.genre_key,
        named.genre_source
    from pg_temp.staged_artist_genre as named
    inner join pg_temp.staged_artist as artist
        on named.artist_ref = artist.artist_ref
    inner join warehouse.dim_genre as genre
        on named.name = genre.name
),

dropped as (
    delete from warehouse.bridge_artist_genre as bridge
    using (select distinct
        artist_key,
        genre_source
    from staged) as told
    where
        bridge.artist_key = told.artist_key
        and bridge.genre_source = told.genre_source
        and not exists (
            select 1 from staged
            where staged.artist_key = bridge.artist_key and staged.genre_key = bridge.genre_key
        )
)

insert into warehouse.bridge_artist_genre (artist_key, genre_key, genre_source)
select
    artist_key,
    genre_key,
    genre_source
from staged
order by artist_key, genre_key, genre_source
on conflict on constraint bridge_artist_genre_pk do nothing;
