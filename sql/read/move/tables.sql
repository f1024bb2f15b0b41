-- The tables of a ledger, with the columns that are copied (those not worked out from others), the
-- room they take, the tables they refer to, and the time in their key, if there is one.
-- What says which schema it is stays as it was made.
select
    relation.relname::text as table_name,
    array_agg(col.attname::text order by col.attnum) as column_names,
    pg_table_size(relation.oid) as byte_count,
    array(
        select distinct referred.relname::text
        from pg_catalog.pg_constraint as reference
        inner join pg_catalog.pg_class as referred
            on reference.confrelid = referred.oid
        where
            reference.conrelid = relation.oid
            and reference.contype = 'f'
            and referred.oid <> relation.oid
    ) as referred_names,
    (
        select keyed.attname::text
        from pg_catalog.pg_constraint as constraining
        inner join pg_catalog.pg_attribute as keyed
            on
                constraining.conrelid = keyed.attrelid
                and keyed.attnum = any(constraining.conkey)
        where
            constraining.conrelid = relation.oid
            and constraining.contype = 'p'
            and keyed.atttypid in ('timestamptz'::regtype, 'date'::regtype)
        order by array_position(constraining.conkey, keyed.attnum)
        limit 1
    ) as time_name
from pg_catalog.pg_class as relation
inner join pg_catalog.pg_attribute as col
    on relation.oid = col.attrelid
where
    relation.relnamespace = 'warehouse'::regnamespace
    and relation.relkind = 'r'
    and relation.relname not in ('etl_schema', 'alembic_version')
    and col.attnum > 0
    and not col.attisdropped
    and col.attgenerated = ''
group by relation.oid, relation.relname
order by relation.relname;
