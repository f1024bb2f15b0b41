"""Fixtures of the views' tests."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg2
import pytest
from psycopg2.extensions import connection as Connection

from tests.sql.ledger import LISTENERS


@pytest.fixture
def ledger(connection: Connection) -> Connection:
    """Lend a ledger with two listeners and three tracks, and no plays yet."""
    with connection.cursor() as cursor:
        cursor.execute(LISTENERS)
    return connection


@pytest.fixture
def each_ledger(each_postgres_url: str) -> Iterator[Connection]:
    """Do as ``ledger`` does, on PostgreSQL 18 and on 15."""
    opened = psycopg2.connect(each_postgres_url)
    opened.autocommit = True
    with opened.cursor() as cursor:
        cursor.execute(LISTENERS)
    yield opened
    opened.close()
