"""What a dry run leaves behind: nothing, and no key is used up."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg2
import pytest
from psycopg2.extensions import connection as Connection

from everheard.database.transactions import open_transaction

INSERT = b"insert into warehouse.dim_listener (account_id) values ('%s') returning listener_key;"


def insert(connection: Connection, account: bytes, *, dry_run: bool = False) -> int:
    with open_transaction(connection, INSERT % account, dry_run=dry_run) as cursor:
        (key,) = cursor.fetchone() or (0,)
    return int(key)


def test_dry_runs_use_up_no_key(each_postgres_url: str) -> None:
    """On PostgreSQL 18 and on 15."""
    ledger = psycopg2.connect(each_postgres_url)
    ledger.autocommit = True
    assert insert(ledger, b"ana") == 1
    assert [insert(ledger, b"zoe", dry_run=True) for _ in range(3)] == [2, 2, 2]
    assert insert(ledger, b"bob") == 2
    ledger.close()


@pytest.fixture
def stranger(connection: Connection, database_url: str) -> Iterator[Connection]:
    """Lend the connection of a role that may write, and owns nothing."""
    with connection.cursor() as cursor:
        cursor.execute("drop role if exists dry_runner")
        cursor.execute(
            "create role dry_runner;"
            "grant usage on schema warehouse to dry_runner;"
            "grant select, insert on all tables in schema warehouse to dry_runner;"
            "grant usage on all sequences in schema warehouse to dry_runner"
        )
    other = psycopg2.connect(database_url)
    other.autocommit = True
    with other.cursor() as cursor:
        cursor.execute("set role dry_runner")
    yield other
    other.close()
    with connection.cursor() as cursor:
        cursor.execute("drop owned by dry_runner; drop role dry_runner")


def test_whoever_does_not_own_the_tables_tries_all_the_same(stranger: Connection) -> None:
    assert insert(stranger, b"ana", dry_run=True) == 1
    assert insert(stranger, b"ana") == 2
