-- warehouse.etl_excluded_track
-- Grain: one row per listener and track that the summaries were derived without.
-- Compared with the rules of today at every derivation: a rule, or the credits that it
-- looks at, may have changed since.
create table warehouse.etl_excluded_track (
    track_key integer not null,
    listener_key smallint not null,
    constraint etl_excluded_track_pk primary key (listener_key, track_key),
    constraint etl_excluded_track_listener_fk foreign key (listener_key)
    references warehouse.dim_listener (listener_key)
);
comment on table warehouse.etl_excluded_track is
'Grain: one row per listener and track that the summaries were derived without.';
