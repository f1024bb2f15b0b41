-- List the primary key of each of the ledger's tables, its columns in the key's order.
select
    relation.relname,
    array_agg(attribute.attname::text order by place.number) as columns
from pg_catalog.pg_constraint as found
inner join pg_catalog.pg_class as relation
    on found.conrelid = relation.oid
inner join pg_catalog.pg_namespace as namespace
    on relation.relnamespace = namespace.oid
cross join lateral unnest(found.conkey) with ordinality as place (attribute_number, number)
inner join pg_catalog.pg_attribute as attribute
    on
        relation.oid = attribute.attrelid
        and place.attribute_number = attribute.attnum
where namespace.nspname = 'warehouse' and found.contype = 'p'
group by relation.relname;
