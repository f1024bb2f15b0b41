-- bi.top_track
-- Grain: one row per listener, period and song heard in it.
-- Places go by time listened, then plays, then title and artist. The tracks of one recording are
-- one song; of those heard in the period or the one before that of the least URI is shown. The
-- unknown track is no song and has no place: bi.unnamed_listening tells of it.
create view bi.top_track as
with song as (
    select
        heard.listener_key,
        heard.period,
        coalesce(nullif(track.recording_key, 0), -track.track_key) as song_key,
        min(
            (coalesce(track.track_uri, '~' || track.folded_name) || chr(31) || heard.track_key) collate "C"
        ) as shown,
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
    where heard.track_key <> 0
    group by heard.listener_key, heard.period, coalesce(nullif(track.recording_key, 0), -track.track_key)
),

shown as (
    select
        song.*,
        split_part(song.shown, chr(31), 2)::integer as track_key
    from song
),

placed as (
    select
        shown.*,
        row_number() over (
            partition by shown.listener_key, shown.period
            order by
                (shown.play_count > 0) desc,
                shown.ms_listened desc,
                shown.play_count desc,
                track.folded_name collate "C",
                track.folded_artist_name collate "C",
                track.track_uri collate "C",
                shown.song_key
        )::integer as place,
        row_number() over (
            partition by shown.listener_key, shown.period
            order by
                (shown.previous_play_count > 0) desc,
                shown.previous_ms_listened desc,
                shown.previous_play_count desc,
                track.folded_name collate "C",
                track.folded_artist_name collate "C",
                track.track_uri collate "C",
                shown.song_key
        )::integer as previous_place
    from shown
    inner join warehouse.dim_track as track
        on shown.track_key = track.track_key
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
'Grain: one row per listener, period and song heard in it. Places go by time listened, then plays, then '
'title and artist. The tracks of one recording are one song; of those heard in the period or the one before '
'that of the least URI is shown. The unknown track is no song and has no place: bi.unnamed_listening '
'tells of it.';
comment on column bi.top_track.listener_key is 'Whose: bi.listener.';
comment on column bi.top_track.period is '7 days, 30 days, 90 days, 365 days, a year such as 2026, or all time.';
comment on column bi.top_track.place is '1 is the song with the most time, then plays, then by title and artist.';
comment on column bi.top_track.previous_place is 'Place in the period before; null where it was not heard then.';
comment on column bi.top_track.song_key is 'The song: bi.recording.';
comment on column bi.top_track.track_key is
'Of its tracks heard in the period or the one before that of the least URI: bi.track.';
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
