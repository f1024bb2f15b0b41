-- warehouse.etl_import_span
-- Grain: one row per listener and stretch of time that an import covers whole.
-- A whole zip covers its audio files from the first row to the last, a loose file its
-- own span. Gaps inside are closed, also those that are noticed later. Days outside
-- every span and every poll are unknown, not complete.
create table warehouse.etl_import_span (
    listener_key smallint not null,
    span_start timestamptz not null,
    span_end timestamptz not null,
    source_name text not null,
    imported_at timestamptz not null default now(),
    constraint etl_import_span_pk primary key (listener_key, span_start, span_end),
    constraint etl_import_span_listener_fk foreign key (listener_key)
    references warehouse.dim_listener (listener_key),
    constraint etl_import_span_order_ck check (span_start <= span_end)
);
comment on table warehouse.etl_import_span is
'Grain: one row per listener and stretch of time that an import covers whole.';
comment on column warehouse.etl_import_span.source_name is
'Name of the zip or file, without its folder.';
