-- bi.play
-- Grain: one row per listener, moment and track.
-- The fact of the star. How time is measured or estimated, what counts as a listen and
-- what counts at all, is said in part.timed_play. Sum only where is_counted.
create view bi.play as
select
    play.listener_key,
    play.played_at at time zone 'UTC' as played_at_utc,
    play.played_at_local,
    play.played_at_local::date as play_date,
    to_char(play.played_at_local, 'YYYYMMDD')::integer as date_key,
    extract(hour from play.played_at_local)::smallint as hour_of_day,
    play.track_key,
    play.context_key,
    play.ms_listened,
    play.is_estimated,
    play.is_listen,
    detail.is_skipped,
    detail.is_shuffle,
    detail.is_offline,
    detail.is_incognito,
    detail.reason_start,
    detail.reason_end,
    detail.country,
    platform.name as platform,
    case play.ms_source when 0 then 'poll' when 1 then 'export' when 2 then 'watcher' else 'scrobble' end as source,
    play.is_counted,
    judged.is_skip
from part.timed_play as play
left join warehouse.dim_play_detail as detail
    on play.play_detail_key = detail.play_detail_key
left join part.play_detail as judged
    on play.play_detail_key = judged.play_detail_key
left join warehouse.dim_platform as platform
    on play.platform_key = platform.platform_key;
comment on view bi.play is
'Grain: one row per listener, moment and track.';
comment on column bi.play.listener_key is 'Whose play: bi.listener.';
comment on column bi.play.played_at_utc is 'End of the play, UTC; estimated where source is scrobble.';
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
comment on column bi.play.source is
'Who observed the play, of several the most trusted: export, watcher, poll or scrobble.';
comment on column bi.play.is_counted is 'False where a rule of bi.exclusion takes the play out of every sum.';
comment on column bi.play.is_skip is
'Whether it was a skip: as is_skipped says, else as reason_end does; null where neither tells, as in bi.skip_rate.';
