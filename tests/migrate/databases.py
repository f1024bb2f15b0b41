"""What a database consists of, read from its catalogue by name: for comparing two."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2

from everheard.config import PROJECT_DIR

TABLE_DIR = PROJECT_DIR / "sql" / "tables"

_OURS = "n.nspname = 'warehouse' and c.relname <> 'alembic_version'"
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
    "schemas": """
        select nspname, obj_description(oid, 'pg_namespace') from pg_namespace
        where nspname in ('warehouse', 'bi')
    """,
    "privileges": f"""
        select c.relname, c.relacl::text from pg_class as c
        join pg_namespace as n on n.oid = c.relnamespace
        where {_OURS} and c.relkind = 'r'
    """,
    "views": """
        select c.relname, pg_get_viewdef(c.oid), obj_description(c.oid, 'pg_class')
        from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
        where n.nspname = 'bi'
    """,
}


def read_rows(url: str, query: str) -> list[tuple[Any, ...]]:
    """Return what a statement gives, if anything; committed."""
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchall() if cursor.description else []


def read_catalogue(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """Return relations, columns, constraints, indexes, comments: all by name."""
    return {what: sorted(read_rows(url, query), key=str) for what, query in QUERIES.items()}


def read_seed_rows(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows that every table begins with, by table, column order aside."""
    tables = read_rows(
        url,
        "select relname from pg_class where relnamespace = 'warehouse'::regnamespace"
        " and relkind = 'r' and relname not in ('alembic_version', 'etl_schema')",
    )
    return {
        table: sorted(read_rows(url, f"select to_jsonb(t)::text from warehouse.{table} as t"))
        for (table,) in tables
    }


def order_tables() -> Iterable[Path]:
    """Return the files of sql/tables so that each comes after those it refers to."""
    left = {path.stem: path.read_text("utf-8") for path in sorted(TABLE_DIR.glob("*.sql"))}
    yield TABLE_DIR / "schemas.sql"
    del left["schemas"]
    while left:
        ready = [
            name
            for name, text in left.items()
            if not any(f"warehouse.{other} (" in text for other in left if other != name)
        ]
        assert ready, f"tables refer to one another in a circle: {sorted(left)}"
        for name in ready:
            del left[name]
            yield TABLE_DIR / f"{name}.sql"
