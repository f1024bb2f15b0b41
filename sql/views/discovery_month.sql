-- bi.discovery_month
-- Grain: one row per listener and month with a play.
-- How much is new: what was first heard in the month, and the share of time with artists
-- first heard in the last twelve months.
create view bi.discovery_month as
with first_artist as (
    select
        found.listener_key,
        found.item_key as artist_key,
        found.first_heard_date
    from bi.discovery as found
    where found.kind = 'artist'
),

track_first as (
    select
        first_artist.listener_key,
        credit.track_key,
        max(first_artist.first_heard_date) as newest_artist_date
    from first_artist
    inner join bi.track_artist as credit
        on first_artist.artist_key = credit.artist_key
    where credit.artist_role = 'main'
    group by first_artist.listener_key, credit.track_key
),

month as (
    select
        summary.listener_key,
        summary.month_date,
        sum(summary.ms_measured + summary.ms_estimated)::bigint as ms_listened,
        sum(summary.ms_estimated)::bigint as ms_estimated,
        coalesce(
            sum(summary.ms_measured + summary.ms_estimated) filter (
                where track_first.newest_artist_date >= summary.month_date - interval '11 months'
            ),
            0
        )::bigint as ms_new_artist
    from warehouse.summary_month_track as summary
    left join track_first
        on
            summary.listener_key = track_first.listener_key
            and summary.track_key = track_first.track_key
    group by summary.listener_key, summary.month_date
),

found as (
    select
        listener_key,
        date_trunc('month', first_heard_date)::date as month_date,
        (count(*) filter (where kind = 'artist'))::integer as new_artist_count,
        (count(*) filter (where kind = 'song'))::integer as new_song_count
    from bi.discovery
    group by listener_key, date_trunc('month', first_heard_date)
)

select
    month.listener_key,
    month.month_date,
    coalesce(found.new_artist_count, 0) as new_artist_count,
    coalesce(found.new_song_count, 0) as new_song_count,
    month.ms_listened,
    month.ms_estimated,
    month.ms_new_artist,
    case
        when month.ms_listened > 0
            then round(100.0 * month.ms_new_artist / month.ms_listened, 1)
    end::numeric(4, 1) as new_artist_pct
from month
left join found
    on month.listener_key = found.listener_key and month.month_date = found.month_date;
comment on view bi.discovery_month is
'Grain: one row per listener and month with a play. How much is new: what was first heard in the '
'month, and the share of time with artists first heard in the last twelve months.';
comment on column bi.discovery_month.listener_key is 'Whose: bi.listener.';
comment on column bi.discovery_month.month_date is 'First day of the month.';
comment on column bi.discovery_month.new_artist_count is 'Artists first heard in the month.';
comment on column bi.discovery_month.new_song_count is 'Songs first heard in the month.';
comment on column bi.discovery_month.ms_listened is 'Milliseconds listened.';
comment on column bi.discovery_month.ms_estimated is 'The part of ms_listened that is estimated.';
comment on column bi.discovery_month.ms_new_artist is
'Of these: by main artists first heard in the last twelve months, this one included.';
comment on column bi.discovery_month.new_artist_pct is 'ms_new_artist in percent of ms_listened.';
