-- warehouse.etl_watermark
-- Grain: one row per job and listener: the newest played_at safely committed.
-- Never moves back. For reports; what is new is decided by the ledger's keys.
-- polled_at is when a run last stored what Spotify showed of the listener, plays or none: from
-- the first poll up to then all was seen but for gaps. A run that failed for one listener says
-- it of the others. A poll that found nothing is contact, too: its row has no watermark.
create table warehouse.etl_watermark (
    job text not null,
    listener_key smallint not null,
    watermark_at timestamptz,
    polled_at timestamptz,
    first_polled_at timestamptz,
    constraint etl_watermark_pk primary key (job, listener_key),
    constraint etl_watermark_listener_fk foreign key (listener_key)
    references warehouse.dim_listener (listener_key)
);
comment on table warehouse.etl_watermark is
'Grain: one row per job and listener: the newest played_at safely committed.';
comment on column warehouse.etl_watermark.polled_at is
'Start of the last run that stored what Spotify showed of the listener, by the database''s clock; null: not told.';
comment on column warehouse.etl_watermark.watermark_at is
'Null as long as polls have found nothing.';
comment on column warehouse.etl_watermark.first_polled_at is
'Start of the first run that did so: null where older code polled first, which only the first polled play then tells.';
