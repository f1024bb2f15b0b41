"""The writer's role does every job, and can drop nothing, through upgrades too."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import pytest
from psycopg2 import errors

import simulator
from benchmarks.history_data import write_history
from everheard.config import Settings, read_settings
from everheard.failure import ConfigurationError
from migrate.readers import list_readers
from migrate.role import renew_role
from migrate.upgrade import open_transaction, upgrade
from migrate.views import WRITER
from migrate.writer import renew_writer
from tests.clone import clean_environment
from tests.repository.project import PROJECT_DIR


@pytest.fixture
def settings(each_postgres_url: str) -> Settings:
    return read_settings({"DATABASE_URL": each_postgres_url}, needs_spotify=False)


@pytest.fixture
def writer(settings: Settings) -> Iterator[str]:
    """Return the address by which a fresh writer signs in; the role goes at the end."""
    parts = urlsplit(settings.database_url)
    place = parts.netloc.rpartition("@")[2]
    password = renew_writer(settings).password
    yield urlunsplit(parts._replace(netloc=f"{WRITER}:{password}@{place}"))
    with closing(psycopg2.connect(settings.database_url)) as owner, owner.cursor() as cursor:
        cursor.execute(f"drop owned by {WRITER}; drop role {WRITER}")
        owner.commit()


def run(url: str, home: Path, environ: dict[str, str], *words: str | Path) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *map(str, words)],
        cwd=PROJECT_DIR,
        env=clean_environment(**environ, DATABASE_URL=url, EVERHEARD_HOME=str(home)),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
    return done.stdout + done.stderr


def test_every_job_is_done(settings: Settings, writer: str, tmp_path: Path) -> None:
    upgrade(settings)  # as the owner, who goes on making the tables
    write_history(tmp_path / "export", 300)
    (tmp_path / "ratings.csv").write_text("album,artist,rating\n", "utf-8")
    with simulator.running(listeners=["light"], tracks=500, history_days=2) as server:
        for words in (
            ("jobs.get_last_50",),
            ("jobs.import_history", tmp_path / "export", "--anyway"),
            ("jobs.artists_and_tracks",),
            ("jobs.new_releases",),
            ("cli", "exclude", "hours", "3-4"),
            ("jobs.rank_albums",),
            ("jobs.daily_report",),
            ("jobs.publish_dashboard",),
            ("cli", "undo", "import", "1", "--yes"),
            ("cli", "doctor"),
        ):
            run(writer, tmp_path / "home", server.environ(), *words)


@pytest.mark.parametrize(
    "statement",
    [
        "drop table warehouse.fact_play",
        "truncate warehouse.fact_play",
        "alter table warehouse.fact_play add column x integer",
        "drop view bi.play",
        "create table warehouse.mine (x integer)",
        "create view bi.mine as select 1 as x",
        "drop schema bi cascade",
        "update warehouse.etl_schema set version = 1",
        "delete from warehouse.alembic_version",
        "create table public.mine (x integer)",
        "create role another",
    ],
)
def test_no_table_is_changed(writer: str, statement: str) -> None:
    with (
        closing(psycopg2.connect(writer)) as connection,
        connection.cursor() as cursor,
        pytest.raises(errors.InsufficientPrivilege),
    ):
        cursor.execute(statement)


def test_upgrade_names_who_can_do_it(settings: Settings, writer: str) -> None:
    theirs = dataclasses.replace(settings, database_url=writer)
    with pytest.raises(ConfigurationError, match="where DATABASE_URL is the owner's"):
        upgrade(theirs)
    assert upgrade(settings).startswith("upgrade: schema at version")


def test_writer_is_no_reader_and_readers_change_nothing_for_it(
    settings: Settings, writer: str
) -> None:
    renew_role(settings, "bi_reader_beside")
    try:
        with open_transaction(settings) as connection:
            assert list(list_readers(connection)) == ["bi_reader_beside"]
        with closing(psycopg2.connect(writer)) as connection, connection.cursor() as cursor:
            cursor.execute("create temp table mine as select 1 as x")
            cursor.execute("show default_transaction_read_only")
            assert cursor.fetchone() == ("off",)
    finally:
        with closing(psycopg2.connect(settings.database_url)) as owner, owner.cursor() as cursor:
            cursor.execute("drop owned by bi_reader_beside; drop role bi_reader_beside")
            owner.commit()


def test_second_time_renews_the_password(settings: Settings, writer: str) -> None:
    renew_writer(settings)
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        psycopg2.connect(writer)


def test_public_schema_of_an_older_server_is_closed(settings: Settings, writer: str) -> None:
    with closing(psycopg2.connect(settings.database_url)) as owner, owner.cursor() as cursor:
        cursor.execute("grant create on schema public to public")
        owner.commit()
    upgrade(settings)
    with (
        closing(psycopg2.connect(writer)) as connection,
        connection.cursor() as cursor,
        pytest.raises(errors.InsufficientPrivilege),
    ):
        cursor.execute("create table public.mine (x integer)")


def test_member_of_a_role_that_owns_something_is_not_turned_into_a_writer(
    settings: Settings, writer: str
) -> None:
    with closing(psycopg2.connect(settings.database_url)) as owner, owner.cursor() as cursor:
        cursor.execute(f"create role strong_beside createrole; grant strong_beside to {WRITER}")
        owner.commit()
        try:
            with pytest.raises(ConfigurationError, match="choose another name"):
                renew_writer(settings)
        finally:
            cursor.execute("drop role strong_beside")
            owner.commit()


def test_role_that_owns_something_is_not_turned_into_a_writer(
    settings: Settings, writer: str
) -> None:
    with closing(psycopg2.connect(settings.database_url)) as owner, owner.cursor() as cursor:
        cursor.execute(f"create schema theirs authorization {WRITER}")
        cursor.execute(
            f"create table theirs.mine (x integer); alter table theirs.mine owner to {WRITER}"
        )
        owner.commit()
    with pytest.raises(ConfigurationError, match="choose another name"):
        renew_writer(settings)
