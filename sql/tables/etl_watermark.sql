-- warehouse.etl_watermark
-- Grain: one row per job and listener: the newest played_at safely committed.
-- Never moves back. For reports; what is new is decided by the ledger's keys.
create table warehouse.etl_watermark (
    job text not null,
    listener_key smallint not null,
    watermark_at timestamptz not null,
    constraint etl_watermark_pk primary key (job, listener_key),
    constraint etl_watermark_listener_fk foreign key (listener_key)
    references warehouse.dim_listener (listener_key)
);
comment on table warehouse.etl_watermark is
'Grain: one row per job and listener: the newest played_at safely committed.';
