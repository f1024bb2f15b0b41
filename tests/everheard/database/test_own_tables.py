"""The embedded database has its tables, whoever asks first."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

from everheard import SCHEMA_VERSION
from everheard.config import PROJECT_DIR, read_settings
from everheard.database import embedded, own_tables
from everheard.database.connect import connect
from everheard.failure import DatabaseTrouble


def test_first_command_makes_the_tables_and_the_next_says_nothing(home: Path) -> None:
    def run() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "start.py", "import", "--list"],
            cwd=PROJECT_DIR,
            env={**os.environ, "EVERHEARD_HOME": str(home), "DATABASE_URL": ""},
            capture_output=True,
            encoding="utf-8",
            check=True,
        )

    first, second = run(), run()
    assert "Making the ledger's tables, once" in first.stderr
    assert first.stdout == second.stdout == "Nothing has been imported yet.\n"
    assert second.stderr == ""


def test_older_tables_are_led_on_newer_ones_left_alone(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = read_settings(
        {"EVERHEARD_HOME": str(home)}, env_file=home / "none", needs_spotify=False
    )
    connect(settings, application="test").close()
    with closing(psycopg2.connect(embedded.start(home).url)) as connection:
        connection.autocommit = True
        monkeypatch.setattr(own_tables, "UPGRADE", ("-c", "raise SystemExit('no room here')"))
        for version in (SCHEMA_VERSION, SCHEMA_VERSION + 1):
            with connection.cursor() as cursor:
                cursor.execute("update warehouse.etl_schema set version = %s", (version,))
            connect(settings, application="test").close()
        with connection.cursor() as cursor:
            cursor.execute(
                "update warehouse.etl_schema set (version, oldest_code) = (%(old)s, %(old)s)",
                {"old": SCHEMA_VERSION - 1},
            )
        with pytest.raises(DatabaseTrouble, match="could not be made: no room here"):
            connect(settings, application="test")


def test_somebodys_own_database_is_not_touched(empty_database_url: str) -> None:
    settings = read_settings({"DATABASE_URL": empty_database_url}, needs_spotify=False)
    with closing(connect(settings, application="test")) as opened, opened.cursor() as cursor:
        cursor.execute("select to_regclass('warehouse.etl_schema') is null")
        assert cursor.fetchone() == (True,)
