-- Tell each artist as a document.
select
    artist.artist_key,
    json_build_object(
        '_id', artist.artist_key,
        'id', artist.artist_id,
        'name', artist.artist_name,
        'same_as', nullif(artist.same_artist_key, artist.artist_key),
        'image_url', artist.image_url,
        'url', artist.spotify_url
    )::text as document
from bi.artist as artist;
