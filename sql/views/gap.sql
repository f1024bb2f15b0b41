-- bi.gap
-- Grain: one row per listener and stretch of time in which plays may be missing.
-- Numbers over a stretch with an open gap read "at least".
create view bi.gap as
select
    gap.gap_key,
    gap.listener_key,
    gap.gap_start at time zone listener.timezone as gap_start_local,
    gap.gap_end at time zone listener.timezone as gap_end_local,
    round(extract(epoch from gap.gap_end - gap.gap_start) / 3600, 2)::numeric(10, 2) as gap_hours,
    gap.closed_at is null as is_open,
    gap.detected_at at time zone listener.timezone as detected_at_local,
    gap.closed_at at time zone listener.timezone as closed_at_local,
    gap.closed_by
from warehouse.etl_gap as gap
inner join warehouse.dim_listener as listener
    on gap.listener_key = listener.listener_key;
comment on view bi.gap is
'Grain: one row per listener and stretch of time in which plays may be missing.';
comment on column bi.gap.gap_key is 'Key of the row.';
comment on column bi.gap.listener_key is 'Whose gap: bi.listener.';
comment on column bi.gap.gap_start_local is 'The last play seen before the gap, on the listener''s clock.';
comment on column bi.gap.gap_end_local is 'The first play seen after the gap, on the listener''s clock.';
comment on column bi.gap.gap_hours is 'Length of the gap in hours.';
comment on column bi.gap.is_open is 'True until an import of the privacy export fills the gap.';
comment on column bi.gap.detected_at_local is 'When the gap was noticed, on the listener''s clock.';
comment on column bi.gap.closed_at_local is 'When the gap was filled, on the listener''s clock.';
comment on column bi.gap.closed_by is 'What filled the gap.';
