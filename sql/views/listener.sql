-- bi.listener
-- Grain: one row per Spotify account whose plays are kept.
-- Names are told apart, whatever their case: whoever groups by them sums nobody with another.
create view bi.listener as
with named as (
    select
        listener_key,
        coalesce(display_name, 'Listener ' || listener_key) as listener_name,
        timezone
    from warehouse.dim_listener
)

select
    listener_key,
    listener_name
    || case when count(*) over (partition by lower(listener_name)) > 1 then ' (' || listener_key || ')' else '' end
        as listener_name,
    timezone
from named;
comment on view bi.listener is
'Grain: one row per Spotify account whose plays are kept.';
comment on column bi.listener.listener_key is 'Key of the row.';
comment on column bi.listener.listener_name is
'The name shown on Spotify; where several have the same, with the key behind it.';
comment on column bi.listener.timezone is 'IANA time zone that local times and days go by.';
