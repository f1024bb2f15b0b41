-- warehouse.etl_schema
-- Grain: one row per database: the version of its tables, and the oldest code that may write to them.
-- Code runs when its own version is at least oldest_code; an additive revision does not
-- raise oldest_code, so that a Pi is not stopped by an upgrade elsewhere.
create table warehouse.etl_schema (
    is_only_row boolean not null default true,
    version integer not null,
    oldest_code integer not null,
    constraint etl_schema_pk primary key (is_only_row),
    constraint etl_schema_only_row_ck check (is_only_row),
    constraint etl_schema_oldest_code_ck check (oldest_code <= version)
);
comment on table warehouse.etl_schema is
'Grain: one row per database: the version of its tables, and the oldest code that may write to them.';
insert into warehouse.etl_schema (version, oldest_code) values (20, 20);
