"""sql/tables is what the schema is, migrate/versions is how it got there: both must agree."""

from __future__ import annotations

import re

from alembic.script import ScriptDirectory

from everheard import SCHEMA_VERSION
from everheard.config import PROJECT_DIR
from migrate.views import order_views
from tests.migrate.databases import (
    TABLE_DIR,
    order_tables,
    read_catalogue,
    read_rows,
    read_seed_rows,
)
from tests.postgres import Server


def test_migrated_database_equals_the_stated_one(each_postgres: Server) -> None:
    migrated = each_postgres.locate(each_postgres.template)
    with each_postgres.lend_database() as stated:
        for path in order_tables():
            read_rows(stated, path.read_text("utf-8"))
        for path in order_views():
            read_rows(stated, path.read_text("utf-8"))
        expected, actual = read_catalogue(stated), read_catalogue(migrated)
        for what in expected:
            assert actual[what] == expected[what], what
        assert read_seed_rows(migrated) == read_seed_rows(stated)


def test_every_table_has_a_file_and_every_file_a_table(
    template_database: str, postgres_server: Server
) -> None:
    tables = read_rows(
        postgres_server.locate(template_database),
        "select tablename from pg_tables where schemaname = 'warehouse'",
    )
    files = {path.stem for path in TABLE_DIR.glob("*.sql")} - {"schemas"}
    assert {name for (name,) in tables} - {"alembic_version"} == files


def test_schema_version_is_the_newest_revision(
    template_database: str, postgres_server: Server
) -> None:
    scripts = ScriptDirectory(str(PROJECT_DIR / "migrate"))
    (head,) = scripts.get_heads()
    assert int(head) == SCHEMA_VERSION
    ((version, oldest_code),) = read_rows(
        postgres_server.locate(template_database),
        "select version, oldest_code from warehouse.etl_schema",
    )
    assert version == SCHEMA_VERSION
    assert oldest_code <= version


def test_revisions_follow_one_another_and_are_plain_sql() -> None:
    folder = PROJECT_DIR / "migrate" / "versions"
    scripts = sorted(folder.glob("*.py"))
    assert scripts
    for number, path in enumerate(scripts, start=1):
        assert path.stem.startswith(f"{number:04}_")
        statements = path.with_suffix(".sql").read_text("utf-8").rstrip()
        last = statements.split(";")[-2]
        assert "warehouse.etl_schema" in last
        assert re.search(rf"\b{number}\b", last), path.name
