-- warehouse.summary_hour
-- Grain: one row per listener, local day and hour with a play.
-- Derived from fact_play in the transaction that changes it, or right after an import
-- (sql/load/summaries/summary_hour.sql),
-- because no view can add up a million plays in time. A play belongs to the hour in
-- which it ended; the hour that comes twice in autumn is one row.
create table warehouse.summary_hour (
    ms_measured bigint not null,
    ms_estimated bigint not null,
    excluded_ms bigint not null,
    play_date date not null,
    play_count integer not null,
    listen_count integer not null,
    unmeasured_count integer not null,
    excluded_play_count integer not null,
    listener_key smallint not null,
    hour_of_day smallint not null,
    constraint summary_hour_pk primary key (listener_key, play_date, hour_of_day)
);
comment on table warehouse.summary_hour is
'Grain: one row per listener, local day and hour with a play.';
comment on column warehouse.summary_hour.unmeasured_count is
'Counted plays whose time nobody measured: estimated, or of unknown length.';
comment on column warehouse.summary_hour.excluded_play_count is
'Plays that a rule of dim_exclusion takes out of the other columns.';
