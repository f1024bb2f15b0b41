-- Find whose history an import is: the schema's version, the database's clock, the listeners.
select
    stated.version,
    stated.oldest_code,
    now() as now,
    (
        select
            json_agg(json_build_array(
                listener.listener_key, listener.account_id, listener.display_name
            ) order by listener.listener_key)
        from warehouse.dim_listener as listener
    ) as listeners
from warehouse.etl_schema as stated;
