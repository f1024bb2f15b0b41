-- bi.gap_day
-- Grain: one row per gap and day that it reaches into.
-- The bridge between gaps and days, for a gap lies in more than one: those of a month are
-- those with a day in it, wherever they began.
create view bi.gap_day as
select
    gap.gap_key,
    gap.listener_key,
    to_char(turn.day, 'YYYYMMDD')::integer as date_key,
    turn.day::date as gap_date
from warehouse.etl_gap as gap
inner join warehouse.dim_listener as listener
    on gap.listener_key = listener.listener_key
cross join lateral generate_series(
    date_trunc('day', gap.gap_start at time zone listener.timezone),
    gap.gap_end at time zone listener.timezone - interval '1 microsecond',
    interval '1 day'
) as turn (day);
comment on view bi.gap_day is
'Grain: one row per gap and day that it reaches into. The bridge between gaps and days, for a gap lies in '
'more than one: those of a month are those with a day in it, wherever they began.';
comment on column bi.gap_day.gap_key is 'The gap: bi.gap.';
comment on column bi.gap_day.listener_key is 'Whose: bi.listener.';
comment on column bi.gap_day.date_key is 'The day as yyyymmdd: bi.calendar.';
comment on column bi.gap_day.gap_date is 'Day on the listener''s calendar.';
