-- warehouse.etl_summary
-- Grain: one row per listener whose summaries exist.
-- Holds the time zone they were derived by: another one means that all are derived again.
create table warehouse.etl_summary (
    listener_key smallint not null,
    timezone text not null,
    constraint etl_summary_pk primary key (listener_key),
    constraint etl_summary_listener_fk foreign key (listener_key)
    references warehouse.dim_listener (listener_key)
);
comment on table warehouse.etl_summary is
'Grain: one row per listener whose summaries exist.';
