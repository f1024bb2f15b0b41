-- warehouse.summary_month_track
-- Grain: one row per listener, local month and track with a counted play.
-- Derived from fact_play in the transaction that changes it, or right after an import
-- (sql/load/summaries/summary_month_track.sql): what years and all time are added up from.
-- Its one index begins with the month: years are read as one stretch, and an import writes
-- it at its end. One track's months are looked up month by month (summary_track.sql).
create table warehouse.summary_month_track (
    first_listen_at timestamptz,
    last_listen_at timestamptz,
    ms_measured bigint not null,
    ms_estimated bigint not null,
    month_date date not null,
    track_key integer not null,
    play_count integer not null,
    listen_count integer not null,
    unmeasured_count integer not null,
    judged_count integer not null,
    skip_count integer not null,
    reasoned_count integer not null,
    listener_key smallint not null,
    constraint summary_month_track_pk primary key (listener_key, month_date, track_key)
);
comment on table warehouse.summary_month_track is
'Grain: one row per listener, local month and track with a counted play.';
comment on column warehouse.summary_month_track.month_date is 'First day of the month.';
comment on column warehouse.summary_month_track.first_listen_at is
'First play of the month that counts as a listen; null where none does.';
comment on column warehouse.summary_month_track.unmeasured_count is
'Plays whose time nobody measured: estimated, or of unknown length.';
comment on column warehouse.summary_month_track.judged_count is
'Plays of which the export says whether they were skipped, or why they ended.';
comment on column warehouse.summary_month_track.reasoned_count is
'Of these: plays without Spotify''s flag, judged by why they ended.';
