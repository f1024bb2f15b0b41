-- bi.artist
-- Grain: one row per artist (a Spotify id, or a name from an export or a rating).
create view bi.artist as
select
    artist_key,
    artist_id,
    coalesce(nullif(name, ''), '(no longer named by Spotify)') as artist_name,
    coalesce(same_as_artist_key, artist_key) as same_artist_key,
    image_url,
    'https://open.spotify.com/artist/' || artist_id as spotify_url
from warehouse.dim_artist;
comment on view bi.artist is
'Grain: one row per artist (a Spotify id, or a name from an export or a rating).';
comment on column bi.artist.artist_key is 'Key of the row; 0 is the unknown artist.';
comment on column bi.artist.artist_id is 'Spotify''s id; null where only the name is known.';
comment on column bi.artist.artist_name is 'Name.';
comment on column bi.artist.same_artist_key is 'The artist this row turned out to be; its own key where none.';
comment on column bi.artist.image_url is 'Address of the widest picture; null where not fetched yet.';
comment on column bi.artist.spotify_url is 'The artist on Spotify; null where only the name is known.';
