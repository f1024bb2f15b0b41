-- bi.track
-- Grain: one row per track (a Spotify id, a local file, or a name from an export).
create view bi.track as
select
    track.track_key,
    track.track_id,
    track.track_uri,
    coalesce(nullif(track.name, ''), '(no longer named by Spotify)') as track_name,
    coalesce(main_artist.name, '(unknown artist)') as main_artist_name,
    coalesce(main_artist.artist_key, 0) as main_artist_key,
    track.album_key,
    track.recording_key,
    track.duration_ms,
    track.isrc,
    track.disc_number,
    track.track_number,
    track.is_explicit,
    track.is_local,
    coalesce(nullif(track.recording_key, 0), -track.track_key) as song_key,
    coalesce(album.same_as_album_key, track.album_key) as same_album_key
from warehouse.dim_track as track
left join warehouse.dim_album as album
    on track.album_key = album.album_key
left join lateral (
    select
        artist.artist_key,
        artist.name
    from warehouse.bridge_track_artist as bridge
    inner join warehouse.dim_artist as artist
        on bridge.artist_key = artist.artist_key
    where bridge.track_key = track.track_key
    order by bridge.artist_position, bridge.artist_key
    limit 1
) as main_artist on true;
comment on view bi.track is
'Grain: one row per track (a Spotify id, a local file, or a name from an export).';
comment on column bi.track.track_key is 'Key of the row; 0 is the unknown track.';
comment on column bi.track.track_id is 'Spotify''s id; null for local files and mere names.';
comment on column bi.track.track_uri is 'Spotify''s URI; null for mere names.';
comment on column bi.track.track_name is 'Title.';
comment on column bi.track.main_artist_name is 'The artist credited first.';
comment on column bi.track.main_artist_key is 'The artist credited first: bi.artist.';
comment on column bi.track.album_key is 'The album it is on: bi.album.';
comment on column bi.track.recording_key is 'Tracks with the same key are one recording; 0 is not joined yet.';
comment on column bi.track.duration_ms is 'Length in milliseconds; null where nobody said.';
comment on column bi.track.isrc is 'International Standard Recording Code.';
comment on column bi.track.disc_number is 'Disc it is on, from 1.';
comment on column bi.track.track_number is 'Place on the disc, from 1.';
comment on column bi.track.is_explicit is 'Spotify''s mark for explicit lyrics.';
comment on column bi.track.is_local is 'A file of the listener''s own, unknown to Spotify.';
comment on column bi.track.song_key is 'The song: bi.recording.';
comment on column bi.track.same_album_key is 'The album that album_key turned out to be: bi.album.';
