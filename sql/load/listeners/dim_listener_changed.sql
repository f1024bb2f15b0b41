-- Change what is kept of a listener: the shown name, the time zone, or both (null: as it was).
-- Of the names of the zone the first that this database knows is kept; where it knows none,
-- nothing changes and no row comes back. The summaries are derived anew by the next run,
-- which finds the zone they were derived by (etl_summary) to be another.
with zone as (
    select given.zone_name
    from unnest(%(zones)s::text[]) with ordinality as given (zone_name, place)
    inner join pg_timezone_names as known
        on given.zone_name = known.name
    order by given.place
    limit 1
)

update warehouse.dim_listener as listener
set
    display_name = coalesce(%(display_name)s, listener.display_name),
    timezone = coalesce((select zone.zone_name from zone), listener.timezone)
where
    listener.listener_key = %(listener_key)s
    and (%(zones)s::text[] is null or exists (select 1 from zone))
returning timezone;
