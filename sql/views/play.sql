-- bi.play
-- Grain: one row per listener, moment and track.
-- The fact of the star. Listened time is measured where the privacy export or the
-- watcher measured it; else it is estimated as the smaller of the track's length and the
-- time since the play before it ended, and marked as such. The look-up of that play runs
-- on the key, and only where nothing was measured. A track of unknown length counts no time.
-- A play counts as a listen from 30 seconds on, or when a shorter track was heard whole.
create view bi.play as
with play as (
    select
        fact.*,
        listener.timezone,
        track.duration_ms,
        fact.ms_played is null as is_estimated,
        coalesce(
            fact.ms_played,
            case
                when track.duration_ms is not null then least(
                    track.duration_ms,
                    (
                        select extract(epoch from fact.played_at - max(previous.played_at)) * 1000
                        from warehouse.fact_play as previous
                        where
                            previous.listener_key = fact.listener_key
                            and previous.played_at < fact.played_at
                    )
                )::integer
            end,
            0
        ) as ms_listened
    from warehouse.fact_play as fact
    inner join warehouse.dim_listener as listener
        on fact.listener_key = listener.listener_key
    inner join warehouse.dim_track as track
        on fact.track_key = track.track_key
)

select
    play.listener_key,
    play.played_at at time zone 'UTC' as played_at_utc,
    play.played_at at time zone play.timezone as played_at_local,
    (play.played_at at time zone play.timezone)::date as play_date,
    to_char(play.played_at at time zone play.timezone, 'YYYYMMDD')::integer as date_key,
    extract(hour from play.played_at at time zone play.timezone)::smallint as hour_of_day,
    play.track_key,
    play.context_key,
    play.ms_listened,
    play.is_estimated,
    play.ms_listened >= least(30000, coalesce(play.duration_ms, 30000)) as is_listen,
    detail.is_skipped,
    detail.is_shuffle,
    detail.is_offline,
    detail.is_incognito,
    detail.reason_start,
    detail.reason_end,
    detail.country,
    platform.name as platform,
    case play.ms_source when 0 then 'poll' when 1 then 'export' else 'watcher' end as source
from play
inner join warehouse.dim_play_detail as detail
    on play.play_detail_key = detail.play_detail_key
inner join warehouse.dim_platform as platform
    on play.platform_key = platform.platform_key;
comment on view bi.play is
'Grain: one row per listener, moment and track.';
comment on column bi.play.listener_key is 'Whose play: bi.listener.';
comment on column bi.play.played_at_utc is 'End of the play, UTC.';
comment on column bi.play.played_at_local is 'End of the play on the listener''s clock.';
comment on column bi.play.play_date is 'Day of the play on the listener''s calendar.';
comment on column bi.play.date_key is 'The same day as yyyymmdd: bi.calendar.';
comment on column bi.play.hour_of_day is 'Hour on the listener''s clock, 0 to 23.';
comment on column bi.play.track_key is 'What was played: bi.track; 0 is the unknown track.';
comment on column bi.play.context_key is 'Where it was started from: bi.context; 0 is unknown.';
comment on column bi.play.ms_listened is 'Milliseconds listened: measured, or estimated where is_estimated.';
comment on column bi.play.is_estimated is 'True where nobody measured the listened time.';
comment on column bi.play.is_listen is 'At least 30 seconds listened, or the whole of a shorter track.';
comment on column bi.play.is_skipped is 'As the export says; null where nothing says so, which is not false.';
comment on column bi.play.is_shuffle is 'As the export says; null where nothing says so.';
comment on column bi.play.is_offline is 'As the export says; null where nothing says so.';
comment on column bi.play.is_incognito is 'Private session, as the export says; null where nothing says so.';
comment on column bi.play.reason_start is 'Why the play began, in the export''s words.';
comment on column bi.play.reason_end is 'Why the play ended, in the export''s words.';
comment on column bi.play.country is 'Country of the connection, two letters.';
comment on column bi.play.platform is 'Device or app as the export spells it; empty where unknown.';
comment on column bi.play.source is 'Who observed the play: poll, export or watcher.';
