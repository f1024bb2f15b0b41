-- warehouse.etl_touched_track
-- Grain: one row per listener and track whose length is another since the summaries were derived.
-- Noted for every listener, whoever learned the length: one may be writing at this moment, and
-- nobody sees their plays before they are committed. A listener's next derivation takes the
-- notes, and finds the months of these plays itself (sql/load/summaries/summary_month.sql).
create table warehouse.etl_touched_track (
    track_key integer not null,
    listener_key smallint not null,
    changes_listens boolean not null,
    constraint etl_touched_track_pk primary key (listener_key, track_key),
    constraint etl_touched_track_listener_fk foreign key (listener_key)
    references warehouse.dim_listener (listener_key)
);
comment on table warehouse.etl_touched_track is
'Grain: one row per listener and track whose length is another since the summaries were derived.';
comment on column warehouse.etl_touched_track.changes_listens is
'The time from which on a measured play of it counts as a listen is another, too.';
