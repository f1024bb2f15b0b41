-- bi.calendar
-- Grain: one row per day, from the year of the first play to the end of this year.
-- Contiguous, as Power BI wants its date table.
create view bi.calendar as
with first_play as (
    select min(earliest.played_at) as played_at
    from warehouse.dim_listener as listener
    cross join lateral (
        select min(play.played_at) as played_at
        from warehouse.fact_play as play
        where play.listener_key = listener.listener_key
    ) as earliest
)

select
    day.date_key,
    day.calendar_date,
    day.year,
    day.quarter,
    day.month,
    day.month_name,
    day.day_of_month,
    day.iso_year,
    day.iso_week,
    day.weekday,
    day.weekday_name,
    day.is_weekend
from warehouse.dim_date as day
cross join first_play
where
    day.calendar_date >= date_trunc('year', coalesce(first_play.played_at, now()) - interval '1 day')
    and day.year <= extract(year from now() + interval '1 day');
comment on view bi.calendar is
'Grain: one row per day, from the year of the first play to the end of this year.';
comment on column bi.calendar.date_key is 'The day as yyyymmdd.';
comment on column bi.calendar.calendar_date is 'The day.';
comment on column bi.calendar.year is 'Year.';
comment on column bi.calendar.quarter is 'Quarter, 1 to 4.';
comment on column bi.calendar.month is 'Month, 1 to 12.';
comment on column bi.calendar.month_name is 'Month in English.';
comment on column bi.calendar.day_of_month is 'Day of the month, 1 to 31.';
comment on column bi.calendar.iso_year is 'Year that the ISO week belongs to.';
comment on column bi.calendar.iso_week is 'ISO week, 1 to 53.';
comment on column bi.calendar.weekday is 'ISO weekday: 1 is Monday, 7 is Sunday.';
comment on column bi.calendar.weekday_name is 'Weekday in English.';
comment on column bi.calendar.is_weekend is 'Saturday or Sunday.';
