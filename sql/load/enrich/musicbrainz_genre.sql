-- Load what MusicBrainz says of some artists' genres, and that it was asked; what was owed of
-- them is settled. Runs before owed_answer.sql.
insert into warehouse.dim_genre (name)
select distinct told.name
from unnest(%(name)s::text[]) as told (name)
where
    not exists (
        select 1 from warehouse.dim_genre as known
        where known.name = told.name
    )
order by told.name
on conflict on constraint dim_genre_natural_key do nothing;

insert into warehouse.bridge_artist_genre (artist_key, genre_key, genre_source)
select
    told.artist_key,
    genre.genre_key,
    'musicbrainz' as genre_source
from unnest(%(artist_key)s::integer[], %(name)s::text[]) as told (artist_key, name)
inner join warehouse.dim_genre as genre
    on told.name = genre.name
order by told.artist_key, genre.genre_key
on conflict on constraint bridge_artist_genre_pk do nothing;

delete from warehouse.etl_owed_answer as known
using warehouse.dim_artist as artist
where
    artist.artist_key = any(%(asked)s::integer[])
    and known.kind = 'genres'
    and known.spotify_id = artist.artist_id;

update warehouse.dim_artist
set genres_asked_at = now()
where artist_key = any(%(asked)s::integer[]);
