-- bi.top_track
-- Grain: one row per listener, period and song heard in it.
-- Places go by time listened. The tracks of one recording are one song.
create view bi.top_track as
with song as (
    select
        heard.listener_key,
        heard.period,
        coalesce(nullif(track.recording_key, 0), -track.track_key) as song_key,
        min(heard.track_key) as track_key,
        sum(heard.play_count)::integer as play_count,
        sum(heard.listen_count)::integer as listen_count,
        sum(heard.ms_listened)::bigint as ms_listened,
        sum(heard.ms_estimated)::bigint as ms_estimated,
        sum(heard.unmeasured_count)::integer as unmeasured_count,
        sum(heard.previous_play_count)::integer as previous_play_count,
        sum(heard.previous_ms_listened)::bigint as previous_ms_listened
    from part.period_track as heard
    inner join warehouse.dim_track as track
        on heard.track_key = track.track_key
    group by heard.listener_key, heard.period, coalesce(nullif(track.recording_key, 0), -track.track_key)
),

placed as (
    select
        song.*,
        row_number() over (
            partition by listener_key, period
            order by (play_count > 0) desc, ms_listened desc, play_count desc, song_key
        )::integer as place,
        row_number() over (
            partition by listener_key, period
            order by
                (previous_play_count > 0) desc,
                previous_ms_listened desc,
                previous_play_count desc,
                song_key
        )::integer as previous_place
    from song
)

select
    placed.listener_key,
    placed.period,
    placed.place,
    case when placed.previous_play_count > 0 then placed.previous_place end as previous_place,
    placed.song_key,
    placed.track_key,
    track.track_name,
    track.main_artist_key,
    track.main_artist_name,
    placed.play_count,
    placed.listen_count,
    placed.ms_listened,
    placed.ms_estimated,
    placed.previous_ms_listened,
    word.certainty,
    word.count_certainty
from placed
inner join bi.period as period
    on placed.listener_key = period.listener_key and placed.period = period.period
inner join part.certainty as word
    on
        period.seen = word.seen
        and word.has_plays
        and (placed.unmeasured_count > 0) = word.is_estimated
inner join bi.track as track
    on placed.track_key = track.track_key
where placed.play_count > 0;
comment on view bi.top_track is
'Grain: one row per listener, period and song heard in it. Places go by time listened. The tracks of '
'one recording are one song.';
comment on column bi.top_track.listener_key is 'Whose: bi.listener.';
comment on column bi.top_track.period is '7 days, 30 days, 90 days, 365 days, a year such as 2026, or all time.';
comment on column bi.top_track.place is '1 is the song with the most time.';
comment on column bi.top_track.previous_place is 'Place in the period before; null where it was not heard then.';
comment on column bi.top_track.song_key is 'The song: bi.recording.';
comment on column bi.top_track.track_key is 'One of its tracks: bi.track.';
comment on column bi.top_track.track_name is 'Title.';
comment on column bi.top_track.main_artist_key is 'The artist credited first: bi.artist.';
comment on column bi.top_track.main_artist_name is 'The artist credited first.';
comment on column bi.top_track.play_count is 'Plays that are counted, of any length.';
comment on column bi.top_track.listen_count is 'Of these: 30 seconds or more, or a shorter track heard whole.';
comment on column bi.top_track.ms_listened is 'Milliseconds listened.';
comment on column bi.top_track.ms_estimated is 'The part of ms_listened that is estimated.';
comment on column bi.top_track.previous_ms_listened is 'Milliseconds in the period before.';
comment on column bi.top_track.certainty is 'Of ms_listened: exact, about, at least, not fully seen or not seen.';
comment on column bi.top_track.count_certainty is 'Of the counts: exact, at least or not seen.';
