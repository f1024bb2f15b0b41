"""A reader reads schema bi, and nothing else, through upgrades too."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import pytest
from psycopg2 import errors

from everheard.config import Settings, read_settings
from everheard.failure import ConfigurationError
from migrate.role import renew_role
from migrate.upgrade import upgrade
from migrate.views import name_view, order_views

NAME = "bi_reader"


@pytest.fixture
def settings(each_postgres_url: str) -> Settings:
    return read_settings({"DATABASE_URL": each_postgres_url}, needs_spotify=False)


@pytest.fixture
def reader(settings: Settings) -> Iterator[psycopg2.extensions.connection]:
    """Connect as a fresh reader, able to try writing; the role goes at the end."""
    password = renew_role(settings, NAME).password
    with contextlib.closing(psycopg2.connect(log_in(settings, password))) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("set default_transaction_read_only = off")
        yield connection
    with contextlib.closing(psycopg2.connect(settings.database_url)) as owner:
        owner.autocommit = True
        with owner.cursor() as cursor:
            cursor.execute(f"drop owned by {NAME}; drop role {NAME}")


def log_in(settings: Settings, password: str) -> str:
    parts = urlsplit(settings.database_url)
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{NAME}:{password}@{place}"))


def read(reader: psycopg2.extensions.connection, query: str) -> list[tuple[Any, ...]]:
    with reader.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def test_reader_reads_every_view_of_bi(reader: psycopg2.extensions.connection) -> None:
    views = {name_view(path) for path in order_views()}
    mine = {view for view in views if view.startswith("bi.")}
    for view in mine:
        read(reader, f"select * from {view} limit 1")

    listed = read(reader, "select table_schema || '.' || table_name from information_schema.views")
    found = {view for (view,) in listed}
    assert found & views == mine
    assert {view for view in found if view.startswith("bi.")} == mine


def test_reader_sees_nothing_of_the_tables_and_the_parts(
    reader: psycopg2.extensions.connection,
) -> None:
    may = read(
        reader,
        "select s.nspname, p.privilege from pg_namespace as s,"
        " unnest(array['usage', 'create']) as p (privilege)"
        " where s.nspname in ('warehouse', 'part', 'bi')"
        " and has_schema_privilege(s.oid, p.privilege)",
    )
    assert may == [("bi", "usage")]
    listed = read(
        reader,
        "select distinct table_schema from information_schema.columns"
        " where table_schema not in ('pg_catalog', 'information_schema')",
    )
    assert listed == [("bi",)]
    granted = read(
        reader,
        "select relation.oid::regclass::text from pg_class as relation"
        " where relation.relnamespace::regnamespace::text in ('warehouse', 'part')"
        " and relation.relkind in ('r', 'v', 'S')"
        " and case relation.relkind when 'S' then has_sequence_privilege(relation.oid, 'usage')"
        " else has_any_column_privilege(relation.oid, 'select') end",
    )
    assert granted == []


def test_views_read_with_their_owners_rights(settings: Settings) -> None:
    """A view with security_invoker would ask for the reader's own rights on its parts."""
    with contextlib.closing(psycopg2.connect(settings.database_url)) as owner:
        optioned = read(
            owner,
            "select oid::regclass from pg_class where reloptions is not null"
            " and relkind = 'v' and relnamespace::regnamespace::text in ('part', 'bi')",
        )
    assert optioned == []


@pytest.mark.parametrize(
    "statement",
    [
        "select * from warehouse.fact_play",
        "select * from warehouse.etl_sign_in",
        "select * from part.timed_play",
        "select * from part.certainty",
        "insert into warehouse.dim_listener (account_id) values ('x')",
        "delete from bi.listener",
        "update bi.artist set image_url = null",
        "create table bi.mine (x integer)",
        "create table public.mine (x integer)",
        "create schema mine",
    ],
)
def test_reader_sees_no_table_and_writes_nothing(
    reader: psycopg2.extensions.connection, statement: str
) -> None:
    with (
        reader.cursor() as cursor,
        pytest.raises((errors.InsufficientPrivilege, errors.ObjectNotInPrerequisiteState)),
    ):
        cursor.execute(statement)


def test_rights_survive_an_upgrade(
    reader: psycopg2.extensions.connection, settings: Settings
) -> None:
    upgrade(settings)

    with reader.cursor() as cursor:
        cursor.execute("select count(*) from bi.play")
        assert cursor.fetchone() == (0,)


def test_second_time_renews_the_password(
    reader: psycopg2.extensions.connection, settings: Settings
) -> None:
    first = renew_role(settings, NAME).password
    second = renew_role(settings, NAME).password

    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        psycopg2.connect(log_in(settings, first))
    psycopg2.connect(log_in(settings, second)).close()


def test_role_that_owns_the_tables_is_not_turned_into_a_reader(settings: Settings) -> None:
    with pytest.raises(ConfigurationError, match="can do more than read"):
        renew_role(settings, "everheard")


def test_name_that_is_no_name_is_refused(settings: Settings) -> None:
    with pytest.raises(ConfigurationError, match="no name for a role"):
        renew_role(settings, "bi reader; drop table x")
