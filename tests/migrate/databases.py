"""What a database consists of, read from its catalogue by name: for comparing two."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import psycopg2
from alembic import command

from everheard.config import Settings, read_settings
from migrate.upgrade import configure_alembic, open_transaction

_OURS = "n.nspname = 'warehouse' and c.relname <> 'alembic_version'"
_IN_OUR_SCHEMAS = "n.nspname in ('warehouse', 'part', 'bi')"
QUERIES = {
    "relations": f"""
        select c.relname, c.relkind, c.relpersistence, c.reloptions::text,
            obj_description(c.oid, 'pg_class')
        from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
        where {_OURS} and c.relname not like 'alembic%'
    """,
    "columns": f"""
        select c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
            a.attidentity, a.attgenerated, pg_get_expr(d.adbin, d.adrelid),
            col_description(c.oid, a.attnum)
        from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
        join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        left join pg_attrdef as d on d.adrelid = c.oid and d.adnum = a.attnum
        where {_OURS} and c.relkind = 'r'
    """,
    "constraints": f"""
        select c.relname, k.conname, k.contype, pg_get_constraintdef(k.oid), k.convalidated
        from pg_constraint as k join pg_class as c on c.oid = k.conrelid
        join pg_namespace as n on n.oid = c.relnamespace
        where {_OURS} and k.contype <> 'n'
    """,
    "indexes": f"""
        select c.relname, pg_get_indexdef(i.indexrelid), i.indisunique
        from pg_index as i join pg_class as c on c.oid = i.indrelid
        join pg_namespace as n on n.oid = c.relnamespace
        where {_OURS}
    """,
    "schemas": f"""
        select nspname, nspacl::text, obj_description(oid, 'pg_namespace') from pg_namespace as n
        where {_IN_OUR_SCHEMAS}
    """,
    "privileges": f"""
        select c.relname, c.relacl::text from pg_class as c
        join pg_namespace as n on n.oid = c.relnamespace
        where {_OURS} and c.relkind = 'r'
    """,
    "sequences": f"""
        select n.nspname, c.relname, s.* from pg_class as c
        join pg_namespace as n on n.oid = c.relnamespace
        join pg_sequences as s on s.schemaname = n.nspname and s.sequencename = c.relname
        where {_IN_OUR_SCHEMAS}
    """,
    "functions": f"""
        select n.nspname, pg_get_functiondef(p.oid) from pg_proc as p
        join pg_namespace as n on n.oid = p.pronamespace where {_IN_OUR_SCHEMAS}
    """,
    "types": f"""
        select n.nspname, t.typname from pg_type as t
        join pg_namespace as n on n.oid = t.typnamespace where {_IN_OUR_SCHEMAS}
    """,
    "triggers": f"""
        select c.relname, pg_get_triggerdef(t.oid) from pg_trigger as t
        join pg_class as c on c.oid = t.tgrelid join pg_namespace as n on n.oid = c.relnamespace
        where {_OURS} and not t.tgisinternal
    """,
    "views": f"""
        select n.nspname, c.relname, pg_get_viewdef(c.oid), c.reloptions::text, c.relacl::text,
            obj_description(c.oid, 'pg_class')
        from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
        where {_IN_OUR_SCHEMAS} and c.relkind = 'v'
    """,
    "view columns": f"""
        select n.nspname, c.relname, a.attname, col_description(c.oid, a.attnum)
        from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
        join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0
        where {_IN_OUR_SCHEMAS} and c.relkind = 'v'
    """,
}


def make_settings(url: str) -> Settings:
    return read_settings({"DATABASE_URL": url}, needs_spotify=False)


def lead_to(url: str, version: int) -> None:
    """Make of a database what the code of that version left, but for its views."""
    with open_transaction(make_settings(url)) as connection:
        connection.exec_driver_sql("create schema if not exists warehouse")
        command.upgrade(configure_alembic(connection), f"{version:04}")


def read_rows(url: str, query: str) -> list[tuple[Any, ...]]:
    """Return what a statement gives, if anything; committed."""
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchall() if cursor.description else []


def read_catalogue(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """Return relations, columns, constraints, indexes, comments: all by name."""
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        found = {}
        for what, query in QUERIES.items():
            cursor.execute(query)
            found[what] = sorted(cursor.fetchall(), key=str)
        return found


def read_seed_rows(url: str) -> list[tuple[Any, ...]]:
    """Return the rows that the tables begin with, versions included, column order aside."""
    tables = read_rows(
        url,
        "select relname from pg_class where relnamespace = 'warehouse'::regnamespace"
        " and relkind = 'r'",
    )
    query = "select '{0}', to_jsonb(t)::text from warehouse.{0} as t"
    return sorted(read_rows(url, " union all ".join(query.format(name) for (name,) in tables)))
