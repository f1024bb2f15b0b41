-- List the columns of a schema's tables and views, with their types; not those that are generated.
select
    relation.relname,
    attribute.attname,
    format_type(attribute.atttypid, attribute.atttypmod) as kind
from pg_catalog.pg_attribute as attribute
inner join pg_catalog.pg_class as relation
    on attribute.attrelid = relation.oid
inner join pg_catalog.pg_namespace as namespace
    on relation.relnamespace = namespace.oid
where
    namespace.nspname = %(schema)s
    and relation.relkind in ('r', 'p', 'v')
    and attribute.attnum > 0
    and not attribute.attisdropped
    and attribute.attgenerated = ''
    and relation.relname <> 'alembic_version'
order by relation.relname, attribute.attnum;
