-- Tell each album as a document.
select
    album.album_key,
    json_build_object(
        '_id', album.album_key,
        'id', album.album_id,
        'name', album.album_name,
        'artist', album.main_artist_name,
        'same_as', nullif(album.same_album_key, album.album_key),
        'type', album.album_type,
        'release_date', album.release_date,
        'track_count', album.total_track_count,
        'image_url', album.image_url,
        'url', album.spotify_url
    )::text as document
from bi.album as album;
