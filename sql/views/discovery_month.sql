-- bi.discovery_month
-- Grain: one row per listener and month with a play.
-- How much is new: what was first heard in the month, and the share of time with artists
-- first heard in the last twelve months. Heard is a listen, as in bi.discovery: a skip before
-- the first one makes nobody known, and its time is not that of a new artist yet.
create view bi.discovery_month as
with heard as (
    select
        summary.listener_key,
        summary.track_key,
        summary.first_listen_at,
        listener.timezone
    from warehouse.summary_track as summary
    inner join warehouse.dim_listener as listener
        on summary.listener_key = listener.listener_key
    where summary.first_listen_at is not null and summary.track_key <> 0
),

first_artist as (
    select
        heard.listener_key,
        credit.artist_key,
        date_trunc('month', min(heard.first_listen_at) at time zone heard.timezone)::date
            as month_date,
        (
            date_trunc('month', min(heard.first_listen_at) at time zone heard.timezone)
            + interval '11 months'
        )::date as last_new_month_date
    from heard
    inner join bi.track_artist as credit
        on heard.track_key = credit.track_key
    where credit.artist_key <> 0
    group by heard.listener_key, heard.timezone, credit.artist_key
),

first_song as (
    select
        heard.listener_key,
        date_trunc('month', min(heard.first_listen_at) at time zone heard.timezone)::date
            as month_date
    from heard
    inner join warehouse.dim_track as track
        on heard.track_key = track.track_key
    group by
        heard.listener_key,
        heard.timezone,
        coalesce(nullif(track.recording_key, 0), -track.track_key)
),

new_artist as (
    select
        listener_key,
        month_date,
        count(*)::integer as artist_count
    from first_artist
    group by listener_key, month_date
),

new_song as (
    select
        listener_key,
        month_date,
        count(*)::integer as song_count
    from first_song
    group by listener_key, month_date
),

new_time as (
    select
        summary.listener_key,
        summary.month_date,
        sum(summary.ms_measured + summary.ms_estimated)::bigint as ms_listened
    from warehouse.summary_month_track as summary
    where
        exists (
            select 1
            from bi.track_artist as credit
            inner join first_artist
                on credit.artist_key = first_artist.artist_key
            where
                credit.track_key = summary.track_key
                and credit.artist_role = 'main'
                and first_artist.listener_key = summary.listener_key
                and first_artist.month_date <= summary.month_date
                and first_artist.last_new_month_date >= summary.month_date
        )
    group by summary.listener_key, summary.month_date
),

day as (
    select
        listener_key,
        play_date,
        sum(play_count) as play_count,
        sum(ms_measured + ms_estimated) as ms_listened,
        sum(ms_estimated) as ms_estimated,
        sum(unmeasured_count) as unmeasured_count
    from warehouse.summary_hour
    group by listener_key, play_date
),

month as (
    select
        listener_key,
        date_trunc('month', play_date::timestamp)::date as month_date,
        sum(ms_listened)::bigint as ms_listened,
        sum(ms_estimated)::bigint as ms_estimated,
        sum(unmeasured_count) as unmeasured_count
    from day
    group by listener_key, date_trunc('month', play_date::timestamp)
    having sum(play_count) > 0
)

select
    month.listener_key,
    month.month_date,
    coalesce(new_artist.artist_count, 0) as new_artist_count,
    coalesce(new_song.song_count, 0) as new_song_count,
    month.ms_listened,
    month.ms_estimated,
    coalesce(new_time.ms_listened, 0) as ms_new_artist,
    case
        when month.ms_listened > 0
            then round(100.0 * coalesce(new_time.ms_listened, 0) / month.ms_listened, 1)
    end::numeric(4, 1) as new_artist_pct,
    case
        when month.unmeasured_count > 0 then seen.certainty_if_estimated
        else seen.certainty_if_measured
    end as certainty,
    seen.count_certainty
from month
inner join bi.seen_month as seen
    on month.listener_key = seen.listener_key and month.month_date = seen.month_date
left join new_artist
    on month.listener_key = new_artist.listener_key and month.month_date = new_artist.month_date
left join new_song
    on month.listener_key = new_song.listener_key and month.month_date = new_song.month_date
left join new_time
    on month.listener_key = new_time.listener_key and month.month_date = new_time.month_date;
comment on view bi.discovery_month is
'Grain: one row per listener and month with a play. How much is new: what was first heard in the '
'month, and the share of time with artists first heard in the last twelve months. Heard is a listen, as '
'in bi.discovery: a skip before the first one makes nobody known, and its time is not that of a new '
'artist yet.';
comment on column bi.discovery_month.listener_key is 'Whose: bi.listener.';
comment on column bi.discovery_month.month_date is 'First day of the month.';
comment on column bi.discovery_month.new_artist_count is 'Artists first heard in the month.';
comment on column bi.discovery_month.new_song_count is 'Songs first heard in the month.';
comment on column bi.discovery_month.ms_listened is 'Milliseconds listened.';
comment on column bi.discovery_month.ms_estimated is 'The part of ms_listened that is estimated.';
comment on column bi.discovery_month.ms_new_artist is
'Of these: by main artists first heard in the last twelve months, this one included.';
comment on column bi.discovery_month.new_artist_pct is 'ms_new_artist in percent of ms_listened.';
comment on column bi.discovery_month.certainty is 'Of ms_listened: exact, about, at least, not fully seen or not seen.';
comment on column bi.discovery_month.count_certainty is 'Of the counts: exact, at least or not seen.';
