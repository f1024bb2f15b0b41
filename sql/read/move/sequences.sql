-- The sequences of a ledger and the last number that each has given, null where it gave none.
select
    schemaname || '.' || quote_ident(sequencename) as sequence_name,
    last_value as last_number
from pg_catalog.pg_sequences
where schemaname = 'warehouse'
order by sequencename;
