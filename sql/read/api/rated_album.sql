-- Read the album that was just rated.
select
    album_name as album,
    main_artist_name as artist,
    album_id,
    album_key
from bi.album
where album_key = %(album_key)s;
