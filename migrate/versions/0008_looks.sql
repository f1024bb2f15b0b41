alter table warehouse.etl_watermark add column looked_at timestamptz;
comment on column warehouse.etl_watermark.looked_at is
'Start of the last run that stored what Spotify showed of the listener, by the database''s clock; null: not told.';

-- Where one listener is polled, every finished run was theirs.
update warehouse.etl_watermark
set
    looked_at = (
        select max(run.started_at) from warehouse.etl_run as run
        where run.job = 'get_last_50' and run.outcome = 'done'
    )
where
    job = 'get_last_50'
    and (
        select count(*) from warehouse.etl_watermark as every
        where every.job = 'get_last_50'
    ) = 1;

update warehouse.etl_schema set version = 8;
