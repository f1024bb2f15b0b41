-- Pack the ranks of months that ended a month ago; does nothing until another month is due.
-- So what movement is told from (yesterday, last week, last month) stays as it was written.
create temp table packed_span on commit drop as
with due as (
    select
        day.listener_key,
        coalesce(packed.packed_to + 1, oldest.valid_from) as first_date,
        date_trunc('month', day.ranked_on - interval '1 month')::date - 1 as last_date
    from pg_temp.ranked_day as day
    left join warehouse.etl_packed_rank as packed
        on day.listener_key = packed.listener_key
    cross join lateral (
        select min(valid_from) as valid_from
        from warehouse.fact_album_rank
        where listener_key = day.listener_key and packed.packed_to is null
    ) as oldest
)

select
    due.listener_key,
    year,
    greatest(due.first_date, make_date(year, 1, 1)) as first_date,
    least(due.last_date, make_date(year, 12, 31)) as last_date
from due
cross join
    generate_series(
        extract(year from due.first_date)::integer, extract(year from due.last_date)::integer
    ) as year
where due.first_date <= due.last_date;

create temp table packed_rank on commit drop as
with day_rank as (
    select
        span.listener_key,
        span.year,
        span.last_date,
        kept.rank_method,
        kept.album_key,
        extract(doy from span.first_date)::integer as first_day,
        day - make_date(span.year, 1, 1) + 1 as day_of_year,
        kept.rank
    from pg_temp.packed_span as span
    inner join warehouse.fact_album_rank as kept
        on
            span.listener_key = kept.listener_key
            and span.last_date >= kept.valid_from
            and (kept.valid_to is null or span.first_date <= kept.valid_to)
    cross join lateral (
        select step::date as day
        from generate_series(
            greatest(span.first_date, kept.valid_from)::timestamp,
            least(span.last_date, kept.valid_to)::timestamp,
            interval '1 day'
        ) as step
    ) as each_day
),

album as (
    select distinct
        listener_key,
        year,
        rank_method,
        album_key,
        first_day,
        extract(doy from last_date)::integer as last_day
    from day_rank
)

select
    album.listener_key,
    album.rank_method,
    album.album_key,
    album.year,
    album.first_day,
    album.last_day,
    array_agg(day_rank.rank::smallint order by each_day.day_of_year) as ranks
from album
cross join
    lateral generate_series(album.first_day, album.last_day) as each_day (day_of_year)
left join day_rank
    on
        album.listener_key = day_rank.listener_key
        and album.rank_method = day_rank.rank_method
        and album.album_key = day_rank.album_key
        and album.year = day_rank.year
        and each_day.day_of_year = day_rank.day_of_year
group by
    album.listener_key,
    album.rank_method,
    album.album_key,
    album.year,
    album.first_day,
    album.last_day;

update warehouse.fact_album_rank_year as target
set ranks[packed.first_day:packed.last_day] = packed.ranks
from pg_temp.packed_rank as packed
where
    target.listener_key = packed.listener_key
    and target.rank_method = packed.rank_method
    and target.album_key = packed.album_key
    and target.year = packed.year;

insert into warehouse.fact_album_rank_year (
    listener_key, rank_method, album_key, year, ranks
)
select
    packed.listener_key,
    packed.rank_method,
    packed.album_key,
    packed.year,
    array_fill(null::smallint, array[packed.first_day - 1]) || packed.ranks as ranks
from pg_temp.packed_rank as packed
order by packed.listener_key, packed.rank_method, packed.album_key, packed.year
on conflict on constraint fact_album_rank_year_pk do nothing;

delete from warehouse.fact_album_rank as kept
using (
    select
        listener_key,
        max(last_date) as last_date
    from pg_temp.packed_span
    group by listener_key
) as span
where kept.listener_key = span.listener_key and kept.valid_to <= span.last_date;

insert into warehouse.etl_packed_rank as target (listener_key, packed_to)
select
    listener_key,
    max(last_date) as packed_to
from pg_temp.packed_span
group by listener_key
order by listener_key
on conflict on constraint etl_packed_rank_pk do update
    set packed_to = excluded.packed_to;
