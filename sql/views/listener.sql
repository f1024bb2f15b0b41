-- bi.listener
-- Grain: one row per Spotify account whose plays are kept.
create view bi.listener as
select
    listener_key,
    coalesce(display_name, 'Listener ' || listener_key) as listener_name,
    timezone
from warehouse.dim_listener;
comment on view bi.listener is
'Grain: one row per Spotify account whose plays are kept.';
comment on column bi.listener.listener_key is 'Key of the row.';
comment on column bi.listener.listener_name is 'The name shown on Spotify.';
comment on column bi.listener.timezone is 'IANA time zone that local times and days go by.';
