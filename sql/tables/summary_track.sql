-- warehouse.summary_track
-- Grain: one row per listener and track with a counted play, over all time.
-- Added up from summary_month_track in the same transaction (sql/load/summaries/summary_track.sql):
-- what all time, first times and last times are read from.
create table warehouse.summary_track (
    first_listen_at timestamptz,
    last_listen_at timestamptz,
    ms_measured bigint not null,
    ms_estimated bigint not null,
    track_key integer not null,
    play_count integer not null,
    listen_count integer not null,
    unmeasured_count integer not null,
    judged_count integer not null,
    skip_count integer not null,
    reasoned_count integer not null,
    listener_key smallint not null,
    constraint summary_track_pk primary key (listener_key, track_key)
);
comment on table warehouse.summary_track is
'Grain: one row per listener and track with a counted play, over all time.';
comment on column warehouse.summary_track.first_listen_at is
'First play that counts as a listen; null where none does.';
comment on column warehouse.summary_track.unmeasured_count is
'Plays whose time nobody measured: estimated, or of unknown length.';
comment on column warehouse.summary_track.judged_count is
'Plays of which the export says whether they were skipped, or why they ended.';
comment on column warehouse.summary_track.reasoned_count is
'Of these: plays without Spotify''s flag, judged by why they ended.';
