"""A ledger moved as people type it: copied, topped up, compared; what is left to do is said."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from psycopg2.extensions import connection as Connection

from everheard.config import PROJECT_DIR
from tests.cli.conftest import Type
from tests.jobs.report_ledger import fill
from tests.migrate.databases import read_rows

ENDS = ("--from", "DATABASE_URL", "--to", "NEW_DATABASE_URL")


@pytest.fixture
def new_url(
    connection: Connection, empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> str:
    fill(connection)
    monkeypatch.setenv("NEW_DATABASE_URL", empty_database_url)
    return empty_database_url


def test_move_is_told_table_by_table_and_what_is_next(type_command: Type, new_url: str) -> None:
    code, out, _ = type_command("move", *ENDS)
    assert code == 0
    assert out.startswith("move: from DATABASE_URL, which is only read, to NEW_DATABASE_URL\n")
    assert "  fact_play " in out
    assert "compared, the same at both ends, as of 20" in out
    assert "move --from DATABASE_URL --to NEW_DATABASE_URL --since" in out
    assert read_rows(new_url, "select count(*) from bi.play") == [(4,)]


def test_topping_up_says_that_runners_can_go_on(type_command: Type, new_url: str) -> None:
    type_command("move", *ENDS)
    code, out, _ = type_command("move", *ENDS, "--since", "2026-01-01")
    assert code == 0
    assert "Next: give the runners the new address" in out


def test_verification_names_what_differs(type_command: Type, new_url: str) -> None:
    type_command("move", *ENDS)
    code, out, _ = type_command("move", *ENDS, "--verify")
    assert code == 0
    assert "the same at both ends" in out
    read_rows(new_url, "update warehouse.fact_play set ms_played = 1 where ms_played > 1")
    read_rows(new_url, "delete from warehouse.summary_hour")
    code, out, err = type_command("move", *ENDS, "--verify")
    assert code == 1
    assert "DIFFERS" in out
    assert "fact_play: 4 in DATABASE_URL, 4 in NEW_DATABASE_URL, of other content" in err
    assert "summary_hour: " in err


def test_since_must_be_a_date(type_command: Type, new_url: str) -> None:
    code, _, err = type_command("move", *ENDS, "--since", "yesterday")
    assert code == 78
    assert "--since 'yesterday' is no date: write it as 2026-11-28" in err


def test_address_in_the_place_of_a_name_is_refused_and_not_repeated(
    type_command: Type, new_url: str
) -> None:
    code, out, err = type_command("move", "--from", "postgresql://a:secret-word@h/d", *ENDS[2:])
    assert code == 78
    assert "Give the name of a setting, not an address" in err
    assert "secret-word" not in out + err


def test_scripts_copy_and_verify(new_url: str, database_url: str) -> None:
    environ = {**os.environ, "DATABASE_URL": database_url, "NEW_DATABASE_URL": new_url}
    for word in ("copy", "verify"):
        done = subprocess.run(
            [sys.executable, "-m", "migrate", word, *ENDS],
            cwd=PROJECT_DIR,
            env=environ,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        assert "the same at both ends" in done.stdout
    read_rows(new_url, "delete from warehouse.summary_hour")
    done = subprocess.run(
        [sys.executable, "-m", "migrate", "verify", *ENDS],
        cwd=PROJECT_DIR,
        env=environ,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "summary_hour" in done.stderr
