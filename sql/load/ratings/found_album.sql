-- Point a listener's ratings of mere names at the albums they turned out to be, and back where not.
update warehouse.fact_album_rating as rating
set found_album_key = found.found_album_key
from
    unnest(%(listener_key)s::smallint[], %(album_key)s::integer[], %(found_album_key)s::integer[])
        as found (listener_key, album_key, found_album_key)
where
    rating.listener_key = found.listener_key
    and rating.album_key = found.album_key
    and rating.found_album_key is distinct from found.found_album_key;
