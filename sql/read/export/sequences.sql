-- List the last number that each of the ledger's sequences has given.
select
    sequencename,
    last_value
from pg_catalog.pg_sequences
where schemaname = 'warehouse' and last_value is not null
order by sequencename;
