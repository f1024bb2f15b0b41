-- Add up how long every listener heard every album; written as the difference.
-- From the sums that the summaries keep for every track, so that nobody reads a million plays.
-- A recording's time counts for each album it is on. Listener 0, all together, is kept
-- where there are several listeners.
create temp table album_listening on commit drop as
with track_time as (
    select
        listener_key,
        track_key,
        ms_measured + ms_estimated as ms_listened,
        unmeasured_count
    from warehouse.summary_track
    where track_key > 0
),

track as (
    select
        track.track_key,
        case
            when track.recording_key = 0 then -track.track_key else track.recording_key
        end as recording,
        coalesce(album.same_as_album_key, album.album_key) as album_key
    from warehouse.dim_track as track
    inner join warehouse.dim_album as album
        on track.album_key = album.album_key
),

recording_time as (
    select
        track_time.listener_key,
        track.recording,
        sum(track_time.ms_listened) as ms_listened,
        sum(track_time.unmeasured_count) as unmeasured_count
    from track_time
    inner join track
        on track_time.track_key = track.track_key
    group by track_time.listener_key, track.recording
),

album_recording as (
    select distinct
        album_key,
        recording
    from track
    where album_key > 0
),

album_size as (
    select
        album_recording.album_key,
        coalesce(nullif(max(album.total_track_count), 0), count(*))::integer as track_count
    from album_recording
    inner join warehouse.dim_album as album
        on album_recording.album_key = album.album_key
    group by album_recording.album_key
),

heard as (
    select
        recording_time.listener_key,
        album_recording.album_key,
        sum(recording_time.ms_listened)::bigint as ms_listened,
        sum(recording_time.unmeasured_count) as unmeasured_count
    from recording_time
    inner join album_recording
        on recording_time.recording = album_recording.recording
    group by recording_time.listener_key, album_recording.album_key
    having sum(recording_time.ms_listened) > 0
),

each_heard as (
    select *
    from heard
    union all
    select
        0::smallint as listener_key,
        album_key,
        sum(ms_listened)::bigint as ms_listened,
        sum(unmeasured_count) as unmeasured_count
    from heard
    where (select count(*) from warehouse.dim_listener) > 1
    group by album_key
),

-- All together are fully seen where everybody is.
seen as (
    select
        listener_key,
        seen
    from bi.period
    where period = 'all time'
    union all
    select
        0::smallint as listener_key,
        case
            when bool_and(seen = 'whole') then 'whole'
            when bool_and(seen = 'none') then 'none'
            else 'part'
        end as seen
    from bi.period
    where period = 'all time'
)

select
    heard.listener_key,
    heard.album_key,
    heard.ms_listened,
    album_size.track_count,
    word.certainty
from each_heard as heard
inner join album_size
    on heard.album_key = album_size.album_key
left join seen
    on heard.listener_key = seen.listener_key
inner join part.certainty as word
    on
        coalesce(seen.seen, 'none') = word.seen
        and word.has_plays
        and (heard.unmeasured_count > 0) = word.is_estimated;

delete from warehouse.fact_album_listening as kept
where
    not exists (
        select 1 from pg_temp.album_listening as heard
        where heard.listener_key = kept.listener_key and heard.album_key = kept.album_key
    );

insert into warehouse.fact_album_listening as target (
    listener_key, album_key, ms_listened, track_count, certainty
)
select
    heard.listener_key,
    heard.album_key,
    heard.ms_listened,
    heard.track_count,
    heard.certainty
from pg_temp.album_listening as heard
left join warehouse.fact_album_listening as kept
    on heard.listener_key = kept.listener_key and heard.album_key = kept.album_key
where
    (kept.ms_listened, kept.track_count, kept.certainty)
    is distinct from (heard.ms_listened, heard.track_count, heard.certainty)
order by heard.listener_key, heard.album_key
on conflict on constraint fact_album_listening_pk do update
    set
        ms_listened = excluded.ms_listened,
        track_count = excluded.track_count,
        certainty = excluded.certainty;
