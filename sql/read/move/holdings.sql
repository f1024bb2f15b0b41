-- What stands in a ledger that is to be moved, or moved into: its version, its listeners and plays.
select
    schema.version,
    schema.oldest_code,
    (select count(*) from warehouse.dim_listener) as listener_count,
    (select min(created_at)::text from warehouse.dim_listener) as began_at,
    (select count(*) from warehouse.fact_play)
    + (select count(*) from warehouse.fact_episode_play) as play_count
from warehouse.etl_schema as schema;
