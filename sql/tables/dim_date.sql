-- warehouse.dim_date
-- Grain: one row per day from 2000-01-01 to 2050-12-31.
-- One contiguous calendar, as Power BI wants it; date_key is yyyymmdd.
create table warehouse.dim_date (
    date_key integer not null,
    calendar_date date not null,
    year smallint not null,
    quarter smallint not null,
    month smallint not null,
    month_name text not null,
    day_of_month smallint not null,
    iso_year smallint not null,
    iso_week smallint not null,
    weekday smallint not null,
    weekday_name text not null,
    is_weekend boolean not null,
    constraint dim_date_pk primary key (date_key),
    constraint dim_date_natural_key unique (calendar_date)
);
comment on table warehouse.dim_date is
'Grain: one row per day from 2000-01-01 to 2050-12-31.';
comment on column warehouse.dim_date.weekday is 'ISO: 1 is Monday, 7 is Sunday.';
insert into warehouse.dim_date
select
    to_char(day, 'YYYYMMDD')::integer as date_key,
    day::date as calendar_date,
    extract(year from day)::smallint as year,
    extract(quarter from day)::smallint as quarter,
    extract(month from day)::smallint as month,
    to_char(day, 'FMMonth') as month_name,
    extract(day from day)::smallint as day_of_month,
    extract(isoyear from day)::smallint as iso_year,
    extract(week from day)::smallint as iso_week,
    extract(isodow from day)::smallint as weekday,
    to_char(day, 'FMDay') as weekday_name,
    extract(isodow from day) >= 6 as is_weekend
from generate_series(timestamp '2000-01-01', timestamp '2050-12-31', interval '1 day') as day;
