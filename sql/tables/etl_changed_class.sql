-- warehouse.etl_changed_class
-- Grain: one row per listener and match class whose clusters wait to be derived again.
-- A run that changes a class derives its own listener's plays at once; other listeners'
-- plays are derived by their own next run, under their own lock.
create table warehouse.etl_changed_class (
    listener_key smallint not null,
    match_key integer not null,
    constraint etl_changed_class_pk primary key (listener_key, match_key),
    constraint etl_changed_class_listener_fk foreign key (listener_key)
    references warehouse.dim_listener (listener_key)
);
comment on table warehouse.etl_changed_class is
'Grain: one row per listener and match class whose clusters wait to be derived again.';
