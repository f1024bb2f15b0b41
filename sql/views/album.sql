-- bi.album
-- Grain: one row per album (a Spotify id, or a title and artist from an export or a rating).
create view bi.album as
select
    album.album_key,
    album.album_id,
    coalesce(nullif(album.name, ''), '(no longer named by Spotify)') as album_name,
    coalesce(main_artist.name, '(unknown artist)') as main_artist_name,
    coalesce(main_artist.artist_key, 0) as main_artist_key,
    coalesce(album.same_as_album_key, album.album_key) as same_album_key,
    album.album_type,
    album.release_date,
    album.release_date_precision,
    album.total_track_count,
    album.image_url,
    'https://open.spotify.com/album/' || album.album_id as spotify_url
from warehouse.dim_album as album
left join lateral (
    select
        artist.artist_key,
        artist.name
    from warehouse.bridge_album_artist as bridge
    inner join warehouse.dim_artist as artist
        on bridge.artist_key = artist.artist_key
    where bridge.album_key = album.album_key
    order by bridge.artist_position, bridge.artist_key
    limit 1
) as main_artist on true;
comment on view bi.album is
'Grain: one row per album (a Spotify id, or a title and artist from an export or a rating).';
comment on column bi.album.album_key is 'Key of the row; 0 is the unknown album.';
comment on column bi.album.album_id is 'Spotify''s id; null where only title and artist are known.';
comment on column bi.album.album_name is 'Title.';
comment on column bi.album.main_artist_name is 'The artist credited first.';
comment on column bi.album.main_artist_key is 'The artist credited first: bi.artist.';
comment on column bi.album.same_album_key is 'The album this row turned out to be; its own key where none.';
comment on column bi.album.album_type is 'album, single (EPs too) or compilation.';
comment on column bi.album.release_date is 'First day of the period of release.';
comment on column bi.album.release_date_precision is 'How much of release_date is known: year, month or day.';
comment on column bi.album.total_track_count is 'Tracks on the album.';
comment on column bi.album.image_url is 'Address of the widest cover.';
comment on column bi.album.spotify_url is 'The album on Spotify; null where only title and artist are known.';
