-- Follow the listener to another time zone.
update warehouse.dim_listener
set timezone = %(timezone)s
where listener_key = %(listener_key)s and timezone <> %(timezone)s;
