-- Write today's ranks as the difference from those that hold; a second run writes nothing.
-- Today is the listener's own, and never before the newest stretch. Whoever moved twice in
-- one day has moved once: what the day began is taken back before it is written again.
create temp table current_rank on commit drop as
select
    ranking.listener_key,
    method.rank_method,
    ranking.album_key,
    ranking.rank
from bi.album_ranking as ranking
inner join warehouse.dim_rank_method as method
    on ranking.method = method.name
where
    ranking.rank <= 200
    or (ranking.rating_count > 0 and ranking.rank <= 32767);

-- So that the days' difference is found by hashing, whatever the ledger's size;
-- benchmark ranks measures it.
analyze pg_temp.current_rank;

create temp table ranked_day on commit drop as
select
    listener.listener_key,
    greatest(
        coalesce(
            %(ranked_on)s::date, (now() at time zone coalesce(listener.timezone, 'UTC'))::date
        ),
        newest.valid_from,
        packed.packed_to + 1
    ) as ranked_on
from (
    select
        listener_key,
        timezone
    from warehouse.dim_listener
    union all
    select
        0 as listener_key,
        'UTC' as timezone
) as listener
left join (
    select
        listener_key,
        max(valid_from) as valid_from
    from warehouse.fact_album_rank
    group by listener_key
) as newest
    on listener.listener_key = newest.listener_key
left join warehouse.etl_packed_rank as packed
    on listener.listener_key = packed.listener_key;

create temp table moved_rank on commit drop as
select
    coalesce(held.listener_key, ranking.listener_key) as listener_key,
    coalesce(held.rank_method, ranking.rank_method) as rank_method,
    coalesce(held.album_key, ranking.album_key) as album_key,
    ranking.rank,
    ranked_day.ranked_on
from pg_temp.current_rank as ranking
full join (
    select * from warehouse.fact_album_rank
    where valid_to is null
) as held
    on
        ranking.listener_key = held.listener_key
        and ranking.rank_method = held.rank_method
        and ranking.album_key = held.album_key
inner join pg_temp.ranked_day
    on coalesce(held.listener_key, ranking.listener_key) = ranked_day.listener_key
where ranking.rank is distinct from held.rank;

delete from warehouse.fact_album_rank as kept
using pg_temp.moved_rank as moved
where
    kept.listener_key = moved.listener_key
    and kept.rank_method = moved.rank_method
    and kept.album_key = moved.album_key
    and kept.valid_from = moved.ranked_on;

update warehouse.fact_album_rank as kept
set valid_to = null
from pg_temp.moved_rank as moved
where
    kept.listener_key = moved.listener_key
    and kept.rank_method = moved.rank_method
    and kept.album_key = moved.album_key
    and kept.valid_to = moved.ranked_on - 1
    and kept.rank is not distinct from moved.rank;

update warehouse.fact_album_rank as kept
set valid_to = moved.ranked_on - 1
from pg_temp.moved_rank as moved
where
    kept.listener_key = moved.listener_key
    and kept.rank_method = moved.rank_method
    and kept.album_key = moved.album_key
    and kept.valid_to is null
    and kept.rank is distinct from moved.rank;

insert into warehouse.fact_album_rank (
    listener_key, rank_method, album_key, rank, valid_from
)
select
    moved.listener_key,
    moved.rank_method,
    moved.album_key,
    moved.rank,
    moved.ranked_on as valid_from
from pg_temp.moved_rank as moved
where
    moved.rank is not null
    and not exists (
        select 1 from warehouse.fact_album_rank as kept
        where
            kept.listener_key = moved.listener_key
            and kept.rank_method = moved.rank_method
            and kept.album_key = moved.album_key
            and kept.valid_to is null
    )
order by moved.listener_key, moved.rank_method, moved.album_key;

select
    (select count(*) from pg_temp.current_rank) as ranked_count,
    (select count(*) from pg_temp.moved_rank) as moved_count,
    (select count(distinct album_key) from pg_temp.current_rank) as album_count;
