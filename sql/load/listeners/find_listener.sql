-- Find who is in the ledger: the schema's version, the database's clock, the listeners.
select
    stated.version,
    stated.oldest_code,
    now() as now,
    (
        select
            json_agg(json_build_object(
                'listener_key', listener.listener_key,
                'account_id', listener.account_id,
                'user_id', listener.user_id,
                'name', listener.display_name,
                'timezone', listener.timezone,
                'created_at', listener.created_at
            ) order by listener.listener_key)
        from warehouse.dim_listener as listener
    ) as listeners
from warehouse.etl_schema as stated;
