-- bi.discovery
-- Grain: one row per listener, kind and artist, song or album, with the first time it was heard.
-- Heard is a listen: 30 seconds, or a shorter track whole. What was only skipped was not found;
-- once something is found, every play of it is summed, skips before and since as well, as in
-- bi.top_artist. The first time is that of the ledger, which begins with the first play it
-- knows. The unknown track is no song, and found by nobody.
create view bi.discovery as
with heard as (
    select
        summary.listener_key,
        summary.track_key,
        summary.first_listen_at,
        summary.last_listen_at,
        summary.play_count,
        summary.listen_count,
        summary.ms_measured,
        summary.ms_estimated,
        summary.unmeasured_count,
        listener.timezone
    from warehouse.summary_track as summary
    inner join warehouse.dim_listener as listener
        on summary.listener_key = listener.listener_key
    where summary.track_key <> 0
),

found as (
    select
        heard.listener_key,
        heard.timezone,
        'artist' as kind,
        credit.artist_key as item_key,
        heard.first_listen_at,
        heard.last_listen_at,
        heard.play_count,
        heard.listen_count,
        heard.ms_measured,
        heard.ms_estimated,
        heard.unmeasured_count
    from heard
    inner join bi.track_artist as credit
        on heard.track_key = credit.track_key
    where credit.artist_key <> 0
    union all
    select
        heard.listener_key,
        heard.timezone,
        'song' as kind,
        coalesce(nullif(track.recording_key, 0), -track.track_key) as item_key,
        heard.first_listen_at,
        heard.last_listen_at,
        heard.play_count,
        heard.listen_count,
        heard.ms_measured,
        heard.ms_estimated,
        heard.unmeasured_count
    from heard
    inner join warehouse.dim_track as track
        on heard.track_key = track.track_key
    union all
    select
        heard.listener_key,
        heard.timezone,
        'album' as kind,
        coalesce(album.same_as_album_key, album.album_key) as item_key,
        heard.first_listen_at,
        heard.last_listen_at,
        heard.play_count,
        heard.listen_count,
        heard.ms_measured,
        heard.ms_estimated,
        heard.unmeasured_count
    from heard
    inner join warehouse.dim_track as track
        on heard.track_key = track.track_key
    inner join warehouse.dim_album as album
        on track.album_key = album.album_key
    where track.album_key <> 0
),

item as (
    select
        listener_key,
        kind,
        item_key,
        min(first_listen_at) at time zone timezone as first_heard_at_local,
        (min(first_listen_at) at time zone timezone)::date as first_heard_date,
        (max(last_listen_at) at time zone timezone)::date as last_heard_date,
        sum(play_count)::integer as play_count,
        sum(listen_count)::integer as listen_count,
        sum(ms_measured + ms_estimated)::bigint as ms_listened,
        sum(ms_estimated)::bigint as ms_estimated,
        sum(unmeasured_count)::integer as unmeasured_count
    from found
    group by listener_key, timezone, kind, item_key
    having min(first_listen_at) is not null
)

select
    item.listener_key,
    item.kind,
    item.item_key,
    item.first_heard_at_local,
    item.first_heard_date,
    item.last_heard_date,
    item.play_count,
    item.listen_count,
    item.ms_listened,
    item.ms_estimated,
    word.certainty,
    word.count_certainty
from item
inner join bi.period as period
    on item.listener_key = period.listener_key and period.period = 'all time'
inner join part.certainty as word
    on
        period.seen = word.seen
        and word.has_plays
        and (item.unmeasured_count > 0) = word.is_estimated;
comment on view bi.discovery is
'Grain: one row per listener, kind and artist, song or album, with the first time it was heard. '
'Heard is a listen: 30 seconds, or a shorter track whole. What was only skipped was not found; once '
'something is found, every play of it is summed, skips before and since as well, as in bi.top_artist. '
'The first time is that of the ledger, which begins with the first play it knows. The unknown track is '
'no song, and found by nobody.';
comment on column bi.discovery.listener_key is 'Whose: bi.listener.';
comment on column bi.discovery.kind is 'artist, song or album.';
comment on column bi.discovery.item_key is 'The artist (bi.artist), song (bi.recording) or album (bi.album).';
comment on column bi.discovery.first_heard_at_local is 'End of the first listen, on the listeners clock.';
comment on column bi.discovery.first_heard_date is 'Day of the first listen.';
comment on column bi.discovery.last_heard_date is 'Day of the last listen.';
comment on column bi.discovery.play_count is 'Plays that are counted, of any length.';
comment on column bi.discovery.listen_count is 'Of these: 30 seconds or more, or a shorter track heard whole.';
comment on column bi.discovery.ms_listened is 'Milliseconds listened, over all time.';
comment on column bi.discovery.ms_estimated is 'The part of ms_listened that is estimated.';
comment on column bi.discovery.certainty is 'Of ms_listened: exact, about, at least, not fully seen or not seen.';
comment on column bi.discovery.count_certainty is 'Of the counts: exact, at least or not seen.';
