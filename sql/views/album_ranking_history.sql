-- bi.album_ranking_history
-- Grain: one row per listener, method, album and day that has a rank.
-- The kept ranks, spread over the days they held, and those of earlier months as they were
-- packed; without holes from a listener's first ranking to today. Kept are by each method all
-- rated albums and the first 200. Narrow it to some days, or to a method and some albums.
create view bi.album_ranking_history as
with packed as (
    select
        listener_key,
        packed_to
    from warehouse.etl_packed_rank
)

select
    kept.listener_key,
    method.name as method,
    day.calendar_date as rank_date,
    day.date_key,
    kept.album_key,
    kept.rank
from warehouse.fact_album_rank as kept
inner join warehouse.dim_rank_method as method
    on kept.rank_method = method.rank_method
left join warehouse.dim_listener as listener
    on kept.listener_key = listener.listener_key
left join packed
    on kept.listener_key = packed.listener_key
inner join warehouse.dim_date as day
    on
        greatest(kept.valid_from, packed.packed_to + 1) <= day.calendar_date
        and day.calendar_date <= coalesce(
            kept.valid_to,
            greatest(
                kept.valid_from, (now() at time zone coalesce(listener.timezone, 'UTC'))::date
            )
        )
union all
select
    kept.listener_key,
    method.name as method,
    day.calendar_date as rank_date,
    day.date_key,
    kept.album_key,
    kept.ranks[extract(doy from day.calendar_date)::integer]::integer as rank
from warehouse.fact_album_rank_year as kept
inner join warehouse.dim_rank_method as method
    on kept.rank_method = method.rank_method
inner join warehouse.dim_date as day
    on kept.year = day.year
where kept.ranks[extract(doy from day.calendar_date)::integer] is not null;
comment on view bi.album_ranking_history is
'Grain: one row per listener, method, album and day that has a rank.';
comment on column bi.album_ranking_history.listener_key is 'Whose ranking: bi.listener; 0 is all listeners together.';
comment on column bi.album_ranking_history.method is 'average, bayesian, plays or blend.';
comment on column bi.album_ranking_history.rank_date is 'The day, on the listener''s calendar.';
comment on column bi.album_ranking_history.date_key is 'The same day as yyyymmdd: bi.calendar.';
comment on column bi.album_ranking_history.album_key is 'The album: bi.album.';
comment on column bi.album_ranking_history.rank is 'Its place that day.';
