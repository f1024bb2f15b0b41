-- bi.metadata_completeness
-- Grain: one row per listener.
-- How much of what was heard is described: by tracks, and by the time they were listened to.
create view bi.metadata_completeness as
with heard as (
    select
        summary.listener_key,
        track.metadata_level,
        album.metadata_level as album_level,
        coalesce(artist.metadata_level, 0) as artist_level,
        summary.ms_measured + summary.ms_estimated as ms,
        summary.unmeasured_count
    from warehouse.summary_track as summary
    inner join warehouse.dim_track as track
        on summary.track_key = track.track_key
    inner join warehouse.dim_album as album
        on track.album_key = album.album_key
    left join lateral (
        select credit.artist_key
        from warehouse.bridge_track_artist as credit
        where credit.track_key = summary.track_key
        order by credit.artist_position, credit.artist_key
        limit 1
    ) as main on true
    left join warehouse.dim_artist as artist
        on main.artist_key = artist.artist_key
    where not track.is_local
),

summed as (
    select
        listener_key,
        count(*) as track_count,
        count(*) filter (where metadata_level >= 2) as described_track_count,
        sum(ms) as ms_listened,
        coalesce(sum(ms) filter (where metadata_level >= 2 and album_level >= 2), 0)
            as ms_described,
        coalesce(
            sum(ms) filter (where metadata_level >= 2 and album_level >= 2 and artist_level = 3), 0
        ) as ms_complete,
        sum(unmeasured_count) as unmeasured_count
    from heard
    group by listener_key
)

select
    summed.listener_key,
    summed.track_count,
    summed.described_track_count,
    summed.ms_listened,
    summed.ms_described,
    summed.ms_complete,
    round(100.0 * summed.ms_described / nullif(summed.ms_listened, 0), 1) as described_pct,
    round(100.0 * summed.ms_complete / nullif(summed.ms_listened, 0), 1) as complete_pct,
    word.certainty
from summed
inner join bi.period as period
    on summed.listener_key = period.listener_key and period.period = 'all time'
inner join part.certainty as word
    on
        period.seen = word.seen
        and word.has_plays
        and (summed.unmeasured_count > 0) = word.is_estimated;
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
comment on column bi.metadata_completeness.certainty is
'Of ms_listened: exact, about, at least, not fully seen or not seen.';
