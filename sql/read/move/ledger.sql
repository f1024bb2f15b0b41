-- What a database holds of a ledger, before one is moved: is there one, and which database is this?
-- One start of a server and one number of a database are in no other place the same.
select
    to_regclass('warehouse.etl_schema') is not null as holds_ledger,
    concat_ws('/', extract(epoch from pg_postmaster_start_time()), pg_database.oid) as identity,
    obj_description(to_regnamespace('warehouse'), 'pg_namespace') as mark,
    now() as snapshot_at
from pg_catalog.pg_database
where pg_database.datname = current_database();
