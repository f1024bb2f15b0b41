-- bi.recording
-- Grain: one row per recording, which may live under several track ids.
-- Counts a song once where bi.track keeps its releases apart. A track that is not joined to
-- a recording yet stands for itself, under a negative key.
create view bi.recording as
with released as (
    select
        track.track_key,
        coalesce(nullif(track.recording_key, 0), -track.track_key) as song_key,
        track.name,
        track.isrc,
        track.duration_ms,
        track.album_key,
        row_number() over (
            partition by coalesce(nullif(track.recording_key, 0), -track.track_key)
            order by
                (track.name <> '') desc,
                track.metadata_level desc,
                track.track_uri collate "C",
                track.folded_name collate "C",
                track.folded_artist_name collate "C",
                track.track_key
        ) as place
    from warehouse.dim_track as track
)

select
    released.song_key,
    coalesce(nullif(min(released.name) filter (where released.place = 1), ''), '(no longer named by Spotify)')
        as song_name,
    coalesce(min(main_artist.name), '(unknown artist)') as main_artist_name,
    coalesce(min(main_artist.artist_key), 0) as main_artist_key,
    min(released.isrc) as isrc,
    min(released.duration_ms) filter (where released.place = 1) as duration_ms,
    count(*) as track_count,
    count(distinct released.album_key) filter (where released.album_key <> 0) as album_count
from released
left join
    lateral (
        select
            artist.artist_key,
            artist.name
        from warehouse.bridge_track_artist as credit
        inner join warehouse.dim_artist as artist
            on credit.artist_key = artist.artist_key
        where released.place = 1 and credit.track_key = released.track_key
        order by credit.artist_position, credit.artist_key
        limit 1
    ) as main_artist
    on true
group by released.song_key;
comment on view bi.recording is
'Grain: one row per recording, which may live under several track ids.';
comment on column bi.recording.song_key is 'Key of the row; bi.track carries it too.';
comment on column bi.recording.song_name is 'Title, of its best described track; of several that of the least URI.';
comment on column bi.recording.main_artist_name is 'The artist credited first.';
comment on column bi.recording.main_artist_key is 'The artist credited first: bi.artist.';
comment on column bi.recording.isrc is 'International Standard Recording Code.';
comment on column bi.recording.duration_ms is 'Length in milliseconds; null where nobody said.';
comment on column bi.recording.track_count is 'Track ids of this recording that were heard or released.';
comment on column bi.recording.album_count is 'Albums it is on, as far as they were heard.';
