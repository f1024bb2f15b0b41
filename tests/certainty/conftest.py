"""A ledger whose clock stands still: its views are made anew with a ``now()`` of the test's own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from urllib.parse import urlsplit

import psycopg2
import pytest
from psycopg2.extensions import connection as Connection

from migrate.order import read_script
from migrate.views import order_views
from tests.certainty.worlds import NOW

SET_CLOCK = """
create schema false_clock;
create function false_clock.now() returns timestamptz stable language sql
return '{now}'::timestamptz;
set search_path = false_clock, pg_catalog;
alter database "{database}" set search_path = false_clock, pg_catalog;
"""
VIEWS = """
select string_agg(table_schema || '.' || table_name, ', ')
from information_schema.views where table_schema in ('bi', 'part')
"""


@pytest.fixture
def still_ledger(database_url: str) -> Iterator[Connection]:
    """Lend an empty ledger in which it is always the same moment, on every connection."""
    with closing(psycopg2.connect(database_url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(VIEWS)
            (names,) = cursor.fetchone() or ("",)
            cursor.execute(f"drop view {names} cascade")
            database = urlsplit(database_url).path.lstrip("/")
            cursor.execute(SET_CLOCK.format(now=NOW.isoformat(), database=database))
            cursor.execute(read_script(order_views()))
        yield connection
