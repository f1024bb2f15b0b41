-- bi.top_album
-- Grain: one row per listener, period and album heard in it.
-- Places go by time listened, then plays, then title and artist. Tracks whose album is unknown
-- have no place: bi.unnamed_listening tells of them.
create view bi.top_album as
with album as (
    select
        heard.listener_key,
        heard.period,
        coalesce(known.same_as_album_key, known.album_key) as album_key,
        sum(heard.play_count)::integer as play_count,
        sum(heard.listen_count)::integer as listen_count,
        sum(heard.ms_listened)::bigint as ms_listened,
        sum(heard.ms_estimated)::bigint as ms_estimated,
        sum(heard.unmeasured_count)::integer as unmeasured_count,
        (count(*) filter (where heard.listen_count > 0))::integer as track_count,
        sum(heard.previous_play_count)::integer as previous_play_count,
        sum(heard.previous_ms_listened)::bigint as previous_ms_listened
    from part.period_track as heard
    inner join warehouse.dim_track as track
        on heard.track_key = track.track_key
    inner join warehouse.dim_album as known
        on track.album_key = known.album_key
    where track.album_key <> 0
    group by heard.listener_key, heard.period, coalesce(known.same_as_album_key, known.album_key)
),

placed as (
    select
        album.*,
        row_number() over (
            partition by album.listener_key, album.period
            order by
                (album.play_count > 0) desc,
                album.ms_listened desc,
                album.play_count desc,
                named.folded_name collate "C",
                named.folded_artist_name collate "C",
                named.album_id collate "C",
                album.album_key
        )::integer as place,
        row_number() over (
            partition by album.listener_key, album.period
            order by
                (album.previous_play_count > 0) desc,
                album.previous_ms_listened desc,
                album.previous_play_count desc,
                named.folded_name collate "C",
                named.folded_artist_name collate "C",
                named.album_id collate "C",
                album.album_key
        )::integer as previous_place
    from album
    inner join warehouse.dim_album as named
        on album.album_key = named.album_key
)

select
    placed.listener_key,
    placed.period,
    placed.place,
    case when placed.previous_play_count > 0 then placed.previous_place end as previous_place,
    placed.album_key,
    album.album_name,
    album.main_artist_key,
    album.main_artist_name,
    placed.play_count,
    placed.listen_count,
    placed.ms_listened,
    placed.ms_estimated,
    placed.track_count,
    album.total_track_count,
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
inner join bi.album as album
    on placed.album_key = album.album_key
where placed.play_count > 0;
comment on view bi.top_album is
'Grain: one row per listener, period and album heard in it. Places go by time listened, then plays, then '
'title and artist. Tracks whose album is unknown have no place: bi.unnamed_listening tells of them.';
comment on column bi.top_album.listener_key is 'Whose: bi.listener.';
comment on column bi.top_album.period is '7 days, 30 days, 90 days, 365 days, a year such as 2026, or all time.';
comment on column bi.top_album.place is '1 is the album with the most time, then plays, then by title and artist.';
comment on column bi.top_album.previous_place is 'Place in the period before; null where it was not heard then.';
comment on column bi.top_album.album_key is 'The album: bi.album.';
comment on column bi.top_album.album_name is 'Title.';
comment on column bi.top_album.main_artist_key is 'The artist credited first: bi.artist.';
comment on column bi.top_album.main_artist_name is 'The artist credited first.';
comment on column bi.top_album.play_count is 'Plays that are counted, of any length.';
comment on column bi.top_album.listen_count is 'Of these: 30 seconds or more, or a shorter track heard whole.';
comment on column bi.top_album.ms_listened is 'Milliseconds listened.';
comment on column bi.top_album.ms_estimated is 'The part of ms_listened that is estimated.';
comment on column bi.top_album.track_count is 'Tracks of it with a listen.';
comment on column bi.top_album.total_track_count is 'Tracks it has; null where nobody said.';
comment on column bi.top_album.previous_ms_listened is 'Milliseconds in the period before.';
comment on column bi.top_album.certainty is 'Of ms_listened: exact, about, at least, not fully seen or not seen.';
comment on column bi.top_album.count_certainty is 'Of the counts: exact, at least or not seen.';
