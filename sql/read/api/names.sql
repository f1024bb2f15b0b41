-- Read the names that search goes over, beyond the keys already known.
select
    'artist' as kind,
    artist_key as key,
    artist_id as id,
    name,
    '' as artist
from warehouse.dim_artist
where artist_key > %(artist_key)s and name <> '' and same_as_artist_key is null
union all
select
    'album' as kind,
    album_key as key,
    album_id as id,
    name,
    folded_artist_name as artist
from warehouse.dim_album
where album_key > %(album_key)s and name <> '' and same_as_album_key is null
union all
select
    'track' as kind,
    track_key as key,
    track_id as id,
    name,
    folded_artist_name as artist
from warehouse.dim_track
where track_key > %(track_key)s and name <> '';
