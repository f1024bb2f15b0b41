-- bi.metadata_completeness
-- Grain: one row per listener.
-- How much of what was heard is described: by tracks, and by the time they were listened to.
create view bi.metadata_completeness as
with heard as (
    select
        play.listener_key,
        track.track_key,
        track.metadata_level,
        album.metadata_level as album_level,
        coalesce(artist.metadata_level, 0) as artist_level,
        sum(coalesce(play.ms_played, track.duration_ms, 0)) as ms
    from warehouse.fact_play as play
    inner join warehouse.dim_track as track
        on play.track_key = track.track_key
    inner join warehouse.dim_album as album
        on track.album_key = album.album_key
    left join warehouse.bridge_track_artist as credit
        on track.track_key = credit.track_key and credit.artist_position = 0
    left join warehouse.dim_artist as artist
        on credit.artist_key = artist.artist_key
    where not track.is_local
    group by play.listener_key, track.track_key, album.album_key, artist.artist_key
)

select
    listener_key,
    count(*) as track_count,
    count(*) filter (where metadata_level >= 2) as described_track_count,
    sum(ms) as ms_listened,
    coalesce(sum(ms) filter (where metadata_level >= 2 and album_level >= 2), 0) as ms_described,
    coalesce(
        sum(ms) filter (where metadata_level >= 2 and album_level >= 2 and artist_level = 3), 0
    ) as ms_complete,
    round(
        100.0 * coalesce(sum(ms) filter (where metadata_level >= 2 and album_level >= 2), 0)
        / nullif(sum(ms), 0),
        1
    ) as described_pct,
    round(
        100.0 * coalesce(
            sum(ms) filter (where metadata_level >= 2 and album_level >= 2 and artist_level = 3), 0
        ) / nullif(sum(ms), 0),
        1
    ) as complete_pct
from heard
group by listener_key;
comment on view bi.metadata_completeness is
'Grain: one row per listener.';
comment on column bi.metadata_completeness.listener_key is 'Whose plays: bi.listener.';
comment on column bi.metadata_completeness.track_count is 'Tracks heard, without the listener''s own files.';
comment on column bi.metadata_completeness.described_track_count is 'Of these: described by Spotify.';
comment on column bi.metadata_completeness.ms_listened is 'Milliseconds listened to them.';
comment on column bi.metadata_completeness.ms_described is 'Of these: to tracks whose album is described too.';
comment on column bi.metadata_completeness.ms_complete is 'Of these: to tracks whose main artist is, too (picture).';
comment on column bi.metadata_completeness.described_pct is 'ms_described in percent of ms_listened.';
comment on column bi.metadata_completeness.complete_pct is 'ms_complete in percent of ms_listened.';
