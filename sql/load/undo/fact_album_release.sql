-- Take an album, under all its ids, out of a listener's new releases. It stays known, so that it
-- is not listed again when its artist is asked for.
update warehouse.fact_album_release as release
set is_new = false
from warehouse.dim_album as album
where
    release.listener_key = %(listener_key)s
    and release.album_key = album.album_key
    and coalesce(album.same_as_album_key, album.album_key) = %(album_key)s
    and release.is_new
returning album.name, coalesce(release.release_date, album.release_date)::text as release_date;
