-- Find what albums and artists known only by name turned out to be: pointers, recomputed.
-- The evidence is tracks: those a history lists under the name, and the album and artists
-- they have by their ids. Where it points to more than one, nothing is guessed.
with evidence as (
    select
        track.named_album_key,
        track.album_key,
        named.folded_name = found.folded_name as is_namesake
    from warehouse.dim_track as track
    inner join warehouse.dim_album as named
        on track.named_album_key = named.album_key
    inner join warehouse.dim_album as found
        on track.album_key = found.album_key
    where found.album_id is not null
    group by track.named_album_key, track.album_key, named.folded_name, found.folded_name
),

judged as (
    select
        named_album_key,
        case
            when count(*) = 1 then min(album_key)
            when count(*) filter (where is_namesake) = 1
                then min(album_key) filter (where is_namesake)
        end as same_as_album_key
    from evidence
    group by named_album_key
)

update warehouse.dim_album as album
set same_as_album_key = judged.same_as_album_key
from warehouse.dim_album as named
left join judged
    on named.album_key = judged.named_album_key
where
    named.album_id is null
    and album.album_key = named.album_key
    and album.same_as_album_key is distinct from judged.same_as_album_key;

with credited as (
    select
        track.track_key,
        credit.artist_key
    from warehouse.dim_track as track
    inner join warehouse.bridge_track_artist as credit
        on track.track_key = credit.track_key
    where track.named_album_key is not null
    union
    select
        track.track_key,
        credit.artist_key
    from warehouse.dim_track as track
    inner join warehouse.bridge_album_artist as credit
        on track.album_key = credit.album_key
    where track.named_album_key is not null
),

evidence as (
    select distinct
        named.artist_key as named_artist_key,
        found.artist_key
    from credited
    inner join warehouse.dim_track as track
        on credited.track_key = track.track_key
    inner join warehouse.dim_album as album
        on track.named_album_key = album.album_key
    inner join warehouse.dim_artist as found
        on
            credited.artist_key = found.artist_key
            and album.folded_artist_name = found.folded_name
    inner join warehouse.dim_artist as named
        on album.folded_artist_name = named.known_by_name
    where found.artist_id is not null
),

judged as (
    select
        named_artist_key,
        case when count(*) = 1 then min(artist_key) end as same_as_artist_key
    from evidence
    group by named_artist_key
)

update warehouse.dim_artist as artist
set same_as_artist_key = judged.same_as_artist_key
from warehouse.dim_artist as named
left join judged
    on named.artist_key = judged.named_artist_key
where
    named.artist_id is null
    and artist.artist_key = named.artist_key
    and artist.same_as_artist_key is distinct from judged.same_as_artist_key;
