-- Keep under which album title a history lists a track, whatever album it turns out to be on.
-- Of several titles the least (artist, title) is kept, so that order of arrival does not matter.
with named as (
    select distinct on (track.track_key)
        track.track_key,
        album.album_key,
        album.folded_artist_name,
        album.folded_name
    from pg_temp.staged_track as track
    inner join pg_temp.staged_album as album
        on track.album_ref = album.album_ref
    -- Most are known under that very title, or have just been loaded with it.
    inner join warehouse.dim_track as known
        on track.track_key = known.track_key
    where
        album.album_id is null
        and track.track_id is not null
        and not track.is_local
        and album.album_key is distinct from known.named_album_key
    order by track.track_key, album.folded_artist_name, album.folded_name
)

update warehouse.dim_track as track
set named_album_key = named.album_key
from named
inner join warehouse.dim_track as known
    on named.track_key = known.track_key
left join warehouse.dim_album as album
    on known.named_album_key = album.album_key
where
    track.track_key = named.track_key
    and (
        known.named_album_key is null
        or (named.folded_artist_name, named.folded_name) < (album.folded_artist_name, album.folded_name)
    );
