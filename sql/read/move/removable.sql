-- The indexes and keys of a table that can be left out while it is filled, with what makes each
-- again: those that nothing else depends on.
select
    constraining.conname::text as object_name,
    true as is_constraint,
    pg_get_constraintdef(constraining.oid) as definition
from pg_catalog.pg_constraint as constraining
where
    constraining.conrelid = %(table_name)s::regclass
    and constraining.contype in ('p', 'u')
    and not exists (
        select 1 from pg_catalog.pg_depend as dependence
        where
            dependence.refobjid in (constraining.oid, constraining.conindid)
            and dependence.deptype = 'n'
    )
union all
select
    index.relname::text as object_name,
    false as is_constraint,
    pg_get_indexdef(index.oid) as definition
from pg_catalog.pg_index as indexed
inner join pg_catalog.pg_class as index
    on indexed.indexrelid = index.oid
where
    indexed.indrelid = %(table_name)s::regclass
    and not exists (
        select 1 from pg_catalog.pg_constraint as constraining
        where constraining.conindid = index.oid
    );
