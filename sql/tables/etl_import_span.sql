-- warehouse.etl_import_span
-- Grain: one row per import and stretch of time that it covers whole.
-- A stretch is an unbroken run of good files, from the first to the last time that they tell.
-- Gaps are closed by it, also those that are noticed later, and by nothing else. Days outside
-- every span and every poll are unknown, not complete.
create table warehouse.etl_import_span (
    listener_key smallint not null,
    import_key smallint not null default 0,
    span_start timestamptz not null,
    span_end timestamptz not null,
    is_from_start boolean not null default false,
    source_name text not null,
    constraint etl_import_span_pk primary key (listener_key, import_key, span_start),
    constraint etl_import_span_listener_fk foreign key (listener_key)
    references warehouse.dim_listener (listener_key),
    constraint etl_import_span_order_ck check (span_start <= span_end)
);
comment on table warehouse.etl_import_span is
'Grain: one row per import and stretch of time that it covers whole.';
comment on column warehouse.etl_import_span.is_from_start is
'It begins with file number 0: nothing was played before it.';
comment on column warehouse.etl_import_span.source_name is
'Name of the zip, or of the file that it begins with, without its folder.';
