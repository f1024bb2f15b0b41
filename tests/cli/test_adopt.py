"""Out as Parquet and in again: the same ledger, row for row, and no row twice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from psycopg2.extensions import connection as Connection

from cli import adopt
from everheard.failure import Failure
from jobs import export
from tests.jobs.export.conftest import fill
from tests.jobs.test_backup import read_tables
from tests.migrate.databases import read_rows
from tests.sql.ledger import add_play, sum_up

Do = Callable[..., str]


@pytest.fixture
def exported(
    connection: Connection, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """Export a ledger with something of everything."""
    fill(connection)
    sum_up(connection)
    sum_up(connection, 2)
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into warehouse.etl_import (listener_key, source_names, file_count)"
            ' values (1, \'{"a, b.zip","",NULL}\', 1);'
            "insert into warehouse.fact_album_rank_year"
            " (album_key, year, listener_key, rank_method, ranks) values (1, 2025, 1, 1, '{1,2}')"
        )
    monkeypatch.setenv("EVERHEARD_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("DATABASE_URL", database_url)
    assert export.main([f"parquet:{tmp_path / 'out'}"]) == 0
    return tmp_path / "out"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Do:
    """Adopt into a database; return what was printed, or the failure."""

    def start(url: str, *words: str, code: int = 0) -> str:
        monkeypatch.setenv("DATABASE_URL", url)
        capsys.readouterr()
        if code:
            with pytest.raises(Failure) as failed:
                adopt.main([*words])
            assert int(failed.value.exit_code) == code
            return str(failed.value)
        assert adopt.main([*words]) == 0
        return capsys.readouterr().out

    return start


def test_round_trip_gives_the_same_ledger(
    run: Do, exported: Path, database_url: str, empty_database_url: str
) -> None:
    assert "taken in" in run(empty_database_url, str(exported), "--yes")
    assert read_tables(empty_database_url) == read_tables(database_url)
    insert = "insert into warehouse.dim_track (name, folded_name, folded_artist_name, match_key,"
    insert += " metadata_level) values ('x', 'x', 'x', 9, 1) returning track_key"
    assert read_rows(empty_database_url, insert) == [(4,)]


def test_second_run_adds_nothing(
    run: Do, exported: Path, database_url: str, empty_database_url: str
) -> None:
    run(empty_database_url, str(exported), "--yes")
    assert "nothing was added" in run(empty_database_url, str(exported), "--yes")
    assert read_tables(empty_database_url) == read_tables(database_url)
    assert "nothing was added" in run(database_url, str(exported), "--yes")


def test_ledger_that_holds_something_else_is_left_alone(
    run: Do, exported: Path, connection: Connection, database_url: str
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("delete from warehouse.fact_play where played_at < '2024-01-01'")
    add_play(connection, "2022-01-01 12:00:00+00", 1)
    before = read_tables(database_url)
    assert "lacks 1 row" in run(database_url, str(exported), "--yes", code=78)
    assert read_tables(database_url) == before


def test_nobody_there_to_be_asked_changes_nothing(
    run: Do, exported: Path, empty_database_url: str
) -> None:
    assert "--yes" in run(empty_database_url, str(exported), code=78)
    assert read_rows(empty_database_url, "select to_regclass('warehouse.etl_schema')") == [(None,)]


def test_damaged_or_foreign_folder_is_refused(
    run: Do, exported: Path, empty_database_url: str, tmp_path: Path
) -> None:
    assert "no folder that" in run(empty_database_url, str(tmp_path), "--yes", code=65)
    (exported / "star/dim_track.parquet").unlink()
    assert "dim_track.parquet is missing" in run(
        empty_database_url, str(exported), "--yes", code=65
    )
    run(empty_database_url, str(tmp_path / "nowhere"), "--yes", code=65)
