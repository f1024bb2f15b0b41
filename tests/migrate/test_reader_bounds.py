"""A reader with bad intentions: it stops no job, fills no disk, and writes nothing."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import pytest
from psycopg2 import errors
from psycopg2.extensions import connection as Connection

import simulator
from cli.doctor.check import Mark
from cli.doctor.readers import check_readers
from everheard.database.statements import read_statement, render
from everheard.database.trips import trip
from everheard.ledger.flow_list import FLOWS
from everheard.ledger.operations.health import read_health
from jobs import get_last_50, rank_albums
from migrate.role import renew_role
from migrate.upgrade import upgrade
from tests.migrate.databases import make_settings, read_rows
from tests.postgres import Server

NAME = "bi_reader"
LOCKS = sorted(
    {
        name
        for flow in FLOWS
        for sent in flow.trips
        for name in sent.files
        if name.partition("/")[2].startswith("lock_")
    }
)


def log_in(url: str, name: str, password: str) -> str:
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{name}:{password}@{place}"))


@pytest.fixture
def reader_url(each_postgres_url: str) -> Iterator[str]:
    """Make a reader; yield its address. The role goes at the end."""
    password = renew_role(make_settings(each_postgres_url), NAME).password
    yield log_in(each_postgres_url, NAME, password)
    read_rows(
        each_postgres_url,
        f"select pg_terminate_backend(pid, 5000) from pg_stat_activity where usename = '{NAME}'",
    )
    read_rows(each_postgres_url, f"drop owned by {NAME}; drop role {NAME}")


@pytest.fixture
def reader(reader_url: str) -> Iterator[Connection]:
    """Connect as the reader, every default of the role switched off."""
    with closing(psycopg2.connect(reader_url)) as opened:
        opened.autocommit = True
        with opened.cursor() as cursor:
            for setting, off in {
                "default_transaction_read_only": "off",
                "statement_timeout": "0",
                "lock_timeout": "0",
                "idle_in_transaction_session_timeout": "0",
                "idle_session_timeout": "0",
            }.items():
                cursor.execute(f"set {setting} = {off}")
        yield opened


def test_reader_begins_with_bounds(reader_url: str) -> None:
    shown = {
        setting: read_rows(reader_url, f"show {setting}")
        for setting in (
            "default_transaction_read_only",
            "statement_timeout",
            "lock_timeout",
            "idle_in_transaction_session_timeout",
            "idle_session_timeout",
            "temp_file_limit",
        )
    }
    assert shown == {
        "default_transaction_read_only": [("on",)],
        "statement_timeout": [("5min",)],
        "lock_timeout": [("10s",)],
        "idle_in_transaction_session_timeout": [("1min",)],
        "idle_session_timeout": [("1h",)],
        "temp_file_limit": [("2GB",)],
    }


@pytest.mark.parametrize(
    "statement",
    [
        "create temporary table mine (x integer)",
        "create temporary view mine as select 1 as one",
        "select 1 as one into temporary mine",
        "create table public.mine (x integer)",
        "select lo_create(0)",
        "select lo_creat(-1)",
        "select lo_from_bytea(0, 'x')",
        "select lowrite(0, 'x')",
        "select pg_advisory_lock(20261120)",
        "select pg_try_advisory_xact_lock_shared(1, 2)",
        "select count(pg_advisory_lock(number)) from generate_series(1, 100000) as number",
        "set temp_file_limit = -1",
        "select * from warehouse.etl_lock for update",
        "insert into warehouse.etl_lock values ('listener', '1')",
        "lock table warehouse.etl_schema in access share mode",
        "lock table bi.play in row exclusive mode",
        "lock table bi.play in access exclusive mode",
        "select * from bi.listener for update",
        "select * from bi.listener for key share",
        "copy (select 1) to '/tmp/mine'",
        "copy (select 1) to program 'cat'",
    ],
)
def test_reader_may_not(reader: Connection, statement: str) -> None:
    with (
        reader.cursor() as cursor,
        pytest.raises((errors.InsufficientPrivilege, errors.ObjectNotInPrerequisiteState)),
    ):
        cursor.execute(f"begin read write; {statement}")


def test_jobs_run_through_while_a_reader_holds_all_it_can(
    each_postgres_url: str,
    reader_url: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """In a transaction that is never ended, with every view read and every lock tried."""
    with simulator.running(listeners=["light"]) as spotify, ExitStack() as stack:
        settings = {
            **spotify.environ(),
            "DATABASE_URL": each_postgres_url,
            "EVERHEARD_HOME": str(tmp_path_factory.mktemp("home")),
        }
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        assert get_last_50.main([]) == 0
        ids = {"listener_key": 1, "client_id": settings["SPOTIFY_CLIENT_ID"]}
        for name in [*LOCKS, ""]:
            held = stack.enter_context(closing(psycopg2.connect(reader_url)))
            cursor = stack.enter_context(held.cursor())
            cursor.execute("set idle_in_transaction_session_timeout = 0; commit; begin read write")
            with suppress(errors.InsufficientPrivilege):
                if name:
                    cursor.execute(b"savepoint here;" + render(cursor, trip(name), ids))
                cursor.execute("select count(*) from bi.play; lock table bi.play")
        held = stack.enter_context(closing(psycopg2.connect(reader_url)))
        cursor = stack.enter_context(held.cursor())
        cursor.execute("begin; select count(*) from bi.play; select count(*) from bi.listener")
        spotify.world.clock.advance(hours=30)
        before = read_rows(each_postgres_url, "select count(*) from bi.play")
        assert get_last_50.main([]) == 0
        assert read_rows(each_postgres_url, "select count(*) from bi.play") > before
        assert rank_albums.main([]) == 0
        said = upgrade(make_settings(each_postgres_url))
        assert said.startswith("upgrade: schema at version")


def test_each_lock_of_a_flow_is_a_row_that_readers_cannot_touch() -> None:
    assert len(LOCKS) == 5
    sent = {name for flow in FLOWS for one in flow.trips for name in one.files}
    assert [name for name in sent if "select pg_advisory" in read_statement(name)] == []


def test_doctor_tells_what_the_owner_of_no_server_cannot_revoke(
    each_postgres: Server, reader_url: str, each_postgres_url: str
) -> None:
    with closing(psycopg2.connect(each_postgres_url)) as owner:
        (check,) = check_readers(read_health(owner, client_id="x"))
        assert check.mark is Mark.GOOD, str(check)

    name, password = f"tenant_{secrets.token_hex(3)}", secrets.token_hex(8)
    database = f"db_{name}"
    each_postgres.execute(f"create role {name} login createrole password '{password}'")
    each_postgres.execute(
        f"create database {database} owner {name} encoding 'UTF8' template template0"
    )
    url = log_in(each_postgres.locate(database), name, password)
    other = f"{NAME}_{secrets.token_hex(3)}"
    try:
        upgrade(make_settings(url))
        renew_role(make_settings(url), other)
        with closing(psycopg2.connect(url)) as tenant:
            (check,) = check_readers(read_health(tenant, client_id="x"))
            with tenant.cursor() as cursor:
                cursor.execute("create temporary table mine (x integer)")
    finally:
        each_postgres.execute(f"drop database {database} with (force)")
        each_postgres.execute(f"drop role {other}")
        each_postgres.execute(f"drop role {name}")
    assert check.mark is Mark.NOTE
    assert "large objects" in check.says
    assert "temporary tables" not in check.says, "who owns the database may revoke these"
    assert "without end" not in check.says
