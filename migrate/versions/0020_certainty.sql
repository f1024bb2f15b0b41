-- How many plays nobody measured stands in the summaries: a play of unknown length has no time
-- to tell it by.
alter table warehouse.summary_hour add column unmeasured_count integer not null default 0;
alter table warehouse.summary_hour alter column unmeasured_count drop default;
alter table warehouse.summary_month_track add column unmeasured_count integer not null default 0;
alter table warehouse.summary_month_track alter column unmeasured_count drop default;
alter table warehouse.summary_track add column unmeasured_count integer not null default 0;
alter table warehouse.summary_track alter column unmeasured_count drop default;
alter table warehouse.summary_session add column unmeasured_count integer not null default 0;
alter table warehouse.summary_session alter column unmeasured_count drop default;
comment on column warehouse.summary_hour.unmeasured_count is
'Counted plays whose time nobody measured: estimated, or of unknown length.';
comment on column warehouse.summary_month_track.unmeasured_count is
'Plays whose time nobody measured: estimated, or of unknown length.';
comment on column warehouse.summary_track.unmeasured_count is
'Plays whose time nobody measured: estimated, or of unknown length.';
comment on column warehouse.summary_session.unmeasured_count is
'Plays whose time nobody measured: estimated, or of unknown length.';

-- They are derived again at the end of the upgrade.
insert into warehouse.etl_touched_span (listener_key, touched_from, touched_to)
select
    listener_key,
    '-infinity' as touched_from,
    'infinity' as touched_to
from warehouse.dim_listener
on conflict on constraint etl_touched_span_pk do nothing;

-- A poll that found nothing is contact, too. When the first one was, older code did not tell:
-- for a listener without a polled play it is the last one of which is known.
alter table warehouse.etl_watermark alter column watermark_at drop not null;
alter table warehouse.etl_watermark add column first_polled_at timestamptz;
comment on column warehouse.etl_watermark.watermark_at is
'Null as long as polls have found nothing.';
comment on column warehouse.etl_watermark.first_polled_at is
'Start of the first run that did so: null where older code polled first, which only the first polled play then tells.';

-- Older code knows nothing of the new columns, and could not write the summaries.
update warehouse.etl_schema set version = 20, oldest_code = 20;
