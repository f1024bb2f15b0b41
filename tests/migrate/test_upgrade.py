"""An upgrade is done, or nothing has changed; two at once are one."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import pytest
import sqlalchemy

from everheard import SCHEMA_VERSION
from everheard.failure import DatabaseTrouble, ExitCode, SchemaMismatch
from migrate import __main__ as command
from migrate import tables, views
from migrate import upgrade as module
from migrate.upgrade import to_direct_url, upgrade
from tests.migrate.databases import (
    lead_to,
    make_settings,
    read_catalogue,
    read_rows,
    read_seed_rows,
)


def test_empty_database_gets_everything(each_empty_postgres_url: str) -> None:
    said = upgrade(make_settings(each_empty_postgres_url))
    assert said.startswith(f"upgrade: schema at version {SCHEMA_VERSION}, ")
    ((count,),) = read_rows(
        each_empty_postgres_url,
        "select count(*) from information_schema.views where table_schema = 'bi'",
    )
    assert said.endswith(f", {count} views")
    assert count == len(list(views.VIEW_DIR.glob("*.sql")))


def test_second_upgrade_changes_nothing(each_postgres_url: str) -> None:
    before = read_catalogue(each_postgres_url), read_seed_rows(each_postgres_url)
    upgrade(make_settings(each_postgres_url))
    assert (read_catalogue(each_postgres_url), read_seed_rows(each_postgres_url)) == before


def test_two_upgrades_at_once_are_one(empty_database_url: str) -> None:
    said: list[str] = []
    threads = [
        threading.Thread(target=lambda: said.append(upgrade(make_settings(empty_database_url))))
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(said) == 2
    assert said[0] == said[1]


def test_upgrade_works_through_the_pooler(database_url: str, pooled_url: str) -> None:
    read_rows(database_url, "drop view bi.play cascade")
    upgrade(make_settings(pooled_url))
    assert read_rows(database_url, "select to_regclass('bi.play') is not null") == [(True,)]


def test_views_are_made_anew_and_strays_go(database_url: str) -> None:
    before = read_catalogue(database_url)
    read_rows(database_url, "drop view bi.play cascade")
    read_rows(database_url, "create view bi.stray as select 1 as one")
    read_rows(database_url, "create view bi.stray_on_stray as select one from bi.stray")
    read_rows(database_url, "create view bi.timed_play as select 1 as one")  # where it once was
    read_rows(database_url, "create view part.stray as select one from bi.timed_play")
    upgrade(make_settings(database_url))
    assert read_catalogue(database_url) == before


@pytest.fixture
def broken_revision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a revision after the newest one that fails in its last statement."""
    number = SCHEMA_VERSION + 1
    folder = tmp_path / "migrate"
    shutil.copytree(module.MIGRATE_DIR, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / f"{number:04}_broken.py").write_text(
        "from migrate.revision import run_sql_beside\n"
        f'revision, down_revision = "{number:04}", "{SCHEMA_VERSION:04}"\n'
        "def upgrade() -> None:\n    run_sql_beside(__file__)\n"
    )
    (folder / "versions" / f"{number:04}_broken.sql").write_text(
        "create table warehouse.half_done (one integer);\n"
        f"update warehouse.etl_schema set version = {number};\n"
        "drop table warehouse.dim_date cascade;\n"
        "select 1 / 0;\n"
    )
    monkeypatch.setattr(module, "MIGRATE_DIR", folder)


@pytest.mark.usefixtures("broken_revision")
def test_failing_revision_leaves_nothing_half_done(each_postgres_url: str) -> None:
    before = read_catalogue(each_postgres_url), read_seed_rows(each_postgres_url)
    with pytest.raises(DatabaseTrouble, match="22012"):
        upgrade(make_settings(each_postgres_url))
    assert (read_catalogue(each_postgres_url), read_seed_rows(each_postgres_url)) == before


def test_failing_first_upgrade_leaves_the_database_empty(
    empty_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "tables"
    shutil.copytree(tables.TABLE_DIR, folder)
    (folder / "half_done.sql").write_text(
        "create table warehouse.half_done (one integer references warehouse.dim_date);select 1 / 0;"
    )
    monkeypatch.setattr(tables, "TABLE_DIR", folder)
    with pytest.raises(DatabaseTrouble, match="22012"):
        upgrade(make_settings(empty_database_url))
    assert read_catalogue(empty_database_url)["schemas"] == []


def test_fresh_database_takes_one_trip_for_its_tables_and_one_for_its_views(
    empty_database_url: str,
) -> None:
    sent: list[str] = []

    def note(*arguments: object) -> None:
        sent.append(str(arguments[2]))

    sqlalchemy.event.listen(sqlalchemy.Engine, "before_cursor_execute", note)
    try:
        upgrade(make_settings(empty_database_url))
    finally:
        sqlalchemy.event.remove(sqlalchemy.Engine, "before_cursor_execute", note)
    assert sum("create table warehouse." in statement for statement in sent) == 1
    assert sum("create view " in statement for statement in sent) == 1
    assert not any("update warehouse.etl_schema" in statement for statement in sent)


def test_schemas_that_somebody_made_beforehand_are_used(each_empty_postgres_url: str) -> None:
    read_rows(each_empty_postgres_url, "create schema warehouse; create schema part")
    upgrade(make_settings(each_empty_postgres_url))
    assert read_rows(each_empty_postgres_url, "select version from warehouse.etl_schema") == [
        (SCHEMA_VERSION,)
    ]


def test_views_that_outlive_the_tables_are_made_anew(database_url: str) -> None:
    before = read_catalogue(database_url), read_seed_rows(database_url)
    read_rows(database_url, "drop schema warehouse cascade")
    assert read_catalogue(database_url)["views"]
    upgrade(make_settings(database_url))
    assert (read_catalogue(database_url), read_seed_rows(database_url)) == before


@pytest.mark.parametrize(
    ("statement", "schema"),
    [
        ("create schema warehouse; create table warehouse.stock (one integer)", "warehouse"),
        ("create schema warehouse; create table warehouse.dim_date (one integer)", "warehouse"),
        ("create schema part; create table part.bolt (one integer)", "part"),
        ("create schema bi; create view bi.sales as select 1 as one", "bi"),
    ],
)
def test_what_somebody_else_keeps_in_our_schemas_is_left_alone(
    each_empty_postgres_url: str, statement: str, schema: str
) -> None:
    read_rows(each_empty_postgres_url, statement)
    before = read_catalogue(each_empty_postgres_url)
    with pytest.raises(SchemaMismatch, match=rf"no ledger, .* schema {schema}: .* DATABASE_URL"):
        upgrade(make_settings(each_empty_postgres_url))
    assert read_catalogue(each_empty_postgres_url) == before


def test_schema_part_of_somebody_else_is_left_alone(each_empty_postgres_url: str) -> None:
    lead_to(each_empty_postgres_url, 11)
    read_rows(each_empty_postgres_url, "create schema part; create view part.bolt as select 1")
    before = read_catalogue(each_empty_postgres_url), read_seed_rows(each_empty_postgres_url)
    with pytest.raises(DatabaseTrouble, match='schema "part" already exists'):
        upgrade(make_settings(each_empty_postgres_url))
    assert (
        read_catalogue(each_empty_postgres_url),
        read_seed_rows(each_empty_postgres_url),
    ) == before


def test_database_newer_than_the_code_is_left_alone(database_url: str) -> None:
    read_rows(database_url, "update warehouse.etl_schema set version = 9999")
    read_rows(database_url, "update warehouse.alembic_version set version_num = '9999'")
    before = read_catalogue(database_url)
    with pytest.raises(SchemaMismatch, match="git pull"):
        upgrade(make_settings(database_url))
    assert read_catalogue(database_url) == before


def test_command_says_what_it_did(
    database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    assert command.main(["upgrade"]) == 0
    assert capsys.readouterr().out.startswith("upgrade: schema at version")


def test_command_says_what_went_wrong(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://ada:pass-word@127.0.0.1:1/music")
    assert command.main(["upgrade"]) == ExitCode.DATABASE_TROUBLE
    err = capsys.readouterr().err
    assert "nothing answers" in err
    assert "pass-word" not in err
    assert "Traceback" not in err


def test_migrations_go_past_the_pooler_where_that_is_known() -> None:
    pooled = "postgresql://a:b@ep-blue-12-pooler.eu-central-1.aws.neon.tech/music?sslmode=require"
    assert to_direct_url(pooled) == pooled.replace("-pooler", "")
    assert to_direct_url("postgresql://a:b@my-pooler.example/d") == (
        "postgresql://a:b@my-pooler.example/d"
    )


def test_views_come_after_those_they_read(tmp_path: Path) -> None:
    (tmp_path / "a.sql").write_text("create view bi.a as select * from bi.c;")
    (tmp_path / "b.sql").write_text("create view bi.b as select 1;")
    (tmp_path / "c.sql").write_text("create view bi.c as select * from part.a;")
    (tmp_path / "part").mkdir()
    (tmp_path / "part" / "a.sql").write_text(
        "-- of which all is made, but not from bi.a\ncreate view part.a as select * from bi.b;"
    )
    ordered = [views.name_view(path) for path in views.order_views(tmp_path)]
    assert ordered == ["bi.b", "part.a", "bi.c", "bi.a"]


def test_ledger_whose_zone_this_database_lacks_is_upgraded_and_says_so(
    each_empty_postgres_url: str,
) -> None:
    lead_to(each_empty_postgres_url, SCHEMA_VERSION - 1)
    insert = "insert into warehouse.dim_listener (account_id, timezone) values ('a', 'Europe/Lost')"
    read_rows(each_empty_postgres_url, insert)
    said = upgrade(make_settings(each_empty_postgres_url))
    assert "time zone Europe/Lost: it is UTC from now on" in said.splitlines()[0]
    zones = read_rows(each_empty_postgres_url, "select timezone from warehouse.dim_listener")
    assert zones == [("UTC",)]
