"""sql/tables is what the schema is, migrate/versions leads older databases there: both agree."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from alembic.script import ScriptDirectory

from everheard import SCHEMA_VERSION
from everheard.config import PROJECT_DIR
from migrate.tables import TABLE_DIR
from migrate.upgrade import upgrade
from tests.migrate.databases import (
    lead_to,
    make_settings,
    read_catalogue,
    read_rows,
    read_seed_rows,
)
from tests.postgres import Server


def test_database_of_every_version_is_led_to_what_a_fresh_one_is(each_postgres: Server) -> None:
    fresh = each_postgres.locate(each_postgres.template)
    expected = {**read_catalogue(fresh), "rows": read_seed_rows(fresh)}
    with each_postgres.lend_database() as growing:
        for version in range(1, SCHEMA_VERSION):
            lead_to(growing, version)
            with each_postgres.lend_database(urlsplit(growing).path[1:]) as older:
                upgrade(make_settings(older))
                actual = {**read_catalogue(older), "rows": read_seed_rows(older)}
            for what, rows in expected.items():
                assert actual[what] == rows, f"{what}, from version {version}"


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
