"""A reader reads schema bi, and nothing else, through upgrades too."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import pytest
from psycopg2 import errors

from everheard.config import Settings, read_settings
from everheard.failure import ConfigurationError
from migrate.role import renew_role
from migrate.upgrade import upgrade

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


def list_views(reader: psycopg2.extensions.connection) -> list[str]:
    with reader.cursor() as cursor:
        cursor.execute("select table_name from information_schema.views where table_schema = 'bi'")
        return [name for (name,) in cursor.fetchall()]


def test_reader_reads_every_view_but_the_inner_one(
    reader: psycopg2.extensions.connection,
) -> None:
    views = list_views(reader)
    with reader.cursor() as cursor:
        for view in views:
            cursor.execute(f"select * from bi.{view} limit 1")

    assert len(views) > 30
    assert "timed_play" not in views


@pytest.mark.parametrize(
    "statement",
    [
        "select * from warehouse.fact_play",
        "select * from warehouse.etl_sign_in",
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
