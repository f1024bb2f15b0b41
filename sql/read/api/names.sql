-- Read the names that search goes over: beyond the keys already known, and what the listener knows.
select
    'artist' as kind,
    artist.artist_key as key,
    artist.artist_id as id,
    artist.name,
    '' as artist
from warehouse.dim_artist as artist
where
    artist.artist_key > %(artist_key)s
    and artist.name <> ''
    and (
        artist.same_as_artist_key is null
        or not (
            (select alone.is_alone from part.is_alone as alone)
            or artist.same_as_artist_key in (
                select known.artist_key from part.known_artist as known
                where known.listener_key = %(listener_key)s
            )
        )
    )
    and (
        (select alone.is_alone from part.is_alone as alone)
        or artist.artist_key in (
            select known.artist_key from part.known_artist as known
            where known.listener_key = %(listener_key)s
        )
    )
union all
select
    'album' as kind,
    album.album_key as key,
    album.album_id as id,
    album.name,
    album.folded_artist_name as artist
from warehouse.dim_album as album
where
    album.album_key > %(album_key)s
    and album.name <> ''
    and (
        album.same_as_album_key is null
        or exists (
            select 1 from part.meant_album as meant
            where
                meant.listener_key = %(listener_key)s
                and meant.album_key = album.album_key
                and meant.meant_album_key = album.album_key
        )
    )
    and (
        (select alone.is_alone from part.is_alone as alone)
        or album.album_key in (
            select known.album_key from part.known_album as known
            where known.listener_key = %(listener_key)s
        )
    )
union all
select
    'track' as kind,
    track.track_key as key,
    track.track_id as id,
    track.name,
    track.folded_artist_name as artist
from warehouse.dim_track as track
where
    track.track_key > %(track_key)s
    and track.name <> ''
    and (
        (select alone.is_alone from part.is_alone as alone)
        or track.track_key in (
            select known.track_key from part.known_track as known
            where known.listener_key = %(listener_key)s
        )
    );
