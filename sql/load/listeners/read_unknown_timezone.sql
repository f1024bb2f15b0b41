-- Read whose time zone this database does not know: it came from another one, or from older code.
select
    listener.listener_key,
    listener.timezone
from warehouse.dim_listener as listener
where
    not exists (
        select 1 from pg_timezone_names as known
        where lower(known.name) = lower(listener.timezone)
    )
order by listener.listener_key;
