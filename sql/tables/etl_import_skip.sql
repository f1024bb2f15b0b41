-- warehouse.etl_import_skip
-- Grain: one row per row of an imported file that did not become a play.
-- Says why; holds nothing of the row itself.
create table warehouse.etl_import_skip (
    import_file_key integer not null,
    file_name text not null,
    row_number integer not null,
    reason text not null,
    constraint etl_import_skip_pk primary key (import_file_key, row_number),
    constraint etl_import_skip_file_fk foreign key (import_file_key)
    references warehouse.etl_import_file (import_file_key) on delete cascade
);
comment on table warehouse.etl_import_skip is
'Grain: one row per row of an imported file that did not become a play.';
comment on column warehouse.etl_import_skip.row_number is
'Place of the row in its file, from 1.';
