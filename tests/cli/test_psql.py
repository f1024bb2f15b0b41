"""What opens the ledger in psql: whose, with what password, and where the demo is."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path

import pytest
from psycopg2.extensions import connection as Connection

from cli.psql import Psql, join, split_address
from everheard.demo import DEMO_FOLDER, DEMO_START, say_where_demo_is
from jobs import daily_report
from tests.cli.conftest import Type

IMPORTED_FILE = """
insert into warehouse.etl_import_file (
    listener_key, file_name, content_digest, read_count, added_count, matched_count, known_count,
    episode_count, unattributed_count, skipped_count
) values (1, 'my.zip', 'a', 0, 0, 0, 0, 0, 0, 0)
"""


def test_password_is_no_word_of_the_command() -> None:
    opened = split_address("postgresql://ada:pa%2Fss@db.example.org:6543/mine?a=b")
    assert opened.command[1] == "postgresql://ada@db.example.org:6543/mine?a=b"
    assert opened.environ == {"PGPASSWORD": "pa/ss"}
    assert split_address("postgresql://db.example.org/mine").environ == {}
    local = split_address("postgresql:///mine?host=/var/run/postgresql")
    assert local.command[1] == "postgresql:///mine?host=/var/run/postgresql"
    asked = split_address("postgresql://ada@db.example.org/mine?password=pa%2Fss&a=b")
    assert asked.command[1] == "postgresql://ada@db.example.org/mine?a=b"
    assert asked.environ == {"PGPASSWORD": "pa/ss"}


@pytest.mark.posix  # Windows reads words its own way
def test_printed_command_opens_ones_own_ledger(
    type_command: Type, connection: Connection, database_url: str
) -> None:
    code, said, _ = type_command("psql", "--print")
    assert code == 0
    asked = subprocess.run(
        [*shlex.split(said), "-Atc", "select count(*) from warehouse.dim_listener"],
        env={**os.environ, **split_address(database_url).environ},
        capture_output=True,
        text=True,
        check=False,
    )
    assert asked.stdout == "0\n", asked.stderr


def test_command_is_quoted_for_a_shell() -> None:
    assert join(Psql(["/a b/psql", "x"], {}).command) in {"'/a b/psql' x", '"/a b/psql" x'}


def test_demo_is_named_to_whoever_looks_for_it_in_an_empty_ledger(
    type_command: Type,
    connection: Connection,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("EVERHEARD_HOME", str(tmp_path))
    assert type_command("psql", "--demo")[0] == 78
    assert say_where_demo_is(tmp_path) == ""
    (tmp_path / DEMO_FOLDER).mkdir()
    (tmp_path / DEMO_FOLDER / DEMO_START).write_text("2026-01-01T00:00:00Z")
    page = tmp_path / DEMO_FOLDER / "dashboard" / "index.html"
    assert daily_report.main([]) == 0
    assert f"the demo has a ledger of its own: open {page}" in capsys.readouterr().out
    assert str(page) in type_command("dashboard")[1]
    assert str(page) in type_command("doctor")[1]


def test_doctor_is_green_over_imports_alone(
    type_command: Type,
    connection: Connection,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("EVERHEARD_HOME", str(tmp_path))
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into warehouse.dim_listener (listener_key, display_name, timezone)"
            " overriding system value values (1, 'Ana', 'Etc/UTC');"
            "insert into warehouse.etl_import (listener_key, source_names, file_count, is_forced)"
            " values (1, '{my.zip}', 1, false)"
        )
        cursor.execute(IMPORTED_FILE)
    code, said, _ = type_command("doctor")
    assert "✗" not in said
    assert code == 0
    assert "complete for imports" in said
    assert "· time zone: Ana: Etc/UTC" in said
