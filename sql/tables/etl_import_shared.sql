-- warehouse.etl_import_shared
-- Grain: one row per import and earlier import that told some of the same rows.
-- Says what an undo takes from the other: rows of the later one that the earlier had brought are
-- not kept twice, and neither are those of the earlier that gave way to a longer play.
create table warehouse.etl_import_shared (
    import_key smallint not null,
    earlier_key smallint not null,
    shared_count integer not null,
    replaced_count integer not null default 0,
    constraint etl_import_shared_pk primary key (import_key, earlier_key),
    constraint etl_import_shared_import_fk foreign key (import_key)
    references warehouse.etl_import (import_key),
    constraint etl_import_shared_earlier_fk foreign key (earlier_key)
    references warehouse.etl_import (import_key),
    constraint etl_import_shared_order_ck check (earlier_key < import_key)
);
comment on table warehouse.etl_import_shared is
'Grain: one row per import and earlier import that told some of the same rows.';
comment on column warehouse.etl_import_shared.replaced_count is
'Those of them that gave way to what the later one tells of the same moment.';
