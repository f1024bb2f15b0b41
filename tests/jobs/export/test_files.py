"""CSV, JSON lines, SQLite and DuckDB: the same rows, and what somebody else put there stays."""

from __future__ import annotations

import csv
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pytest
from psycopg2.extensions import connection as Connection

from everheard.export.relations import read_bi
from tests.jobs.export.conftest import ODD_NAME, Export, read_marks
from tests.sql.ledger import add_play, read

WORDS = ("csv:{}/csv", "sqlite:{}/ledger.db", "duckdb:{}/ledger.duckdb", "json:{}/plays.jsonl")


@pytest.fixture(params=WORDS)
def word(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return str(request.param).format(tmp_path / "out")


def test_second_run_changes_nothing(
    run: Export, ledger: Connection, tmp_path: Path, word: str
) -> None:
    assert run(word).startswith("export: plays 8, ")
    first = read_marks(tmp_path / "out")
    assert first
    assert "written 0" in run(word)
    assert read_marks(tmp_path / "out") == first


def test_what_changed_arrives(run: Export, ledger: Connection, tmp_path: Path, word: str) -> None:
    run(word)
    add_play(ledger, "2025-11-01 12:00:00+00", 1)
    assert "written 1" in run(word)
    assert "written 0" in run(word)


def test_nothing_is_left_beside(run: Export, ledger: Connection, tmp_path: Path, word: str) -> None:
    run(word)
    assert [path.name for path in (tmp_path / "out").rglob("*") if "working" in path.name] == []
    left = [path for path in (tmp_path / "out").glob(".*") if path.is_dir()]
    assert left == []


def test_file_of_somebody_else_is_left_alone(
    run: Export, ledger: Connection, tmp_path: Path, word: str
) -> None:
    theirs = tmp_path / "out"
    theirs.mkdir()
    if word.startswith("csv"):
        (theirs / "csv").mkdir()
        theirs = theirs / "csv" / "thesis.csv"
    else:
        theirs = Path(word.partition(":")[2])
    theirs.write_text("years of work")
    first = read_marks(tmp_path / "out")
    assert "left alone" in run(word, code=78) or "leaves it alone" in run(word, code=78)
    assert read_marks(tmp_path / "out") == first


def test_database_of_another_program_is_left_alone(
    run: Export, ledger: Connection, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(tmp_path / "theirs.db")) as theirs:
        theirs.execute("create table play (diary text)")
    first = read_marks(tmp_path)
    assert "did not write it" in run(f"sqlite:{tmp_path / 'theirs.db'}", code=78)
    assert read_marks(tmp_path) == first


def ask_sqlite(path: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as database:
        return database.execute(query).fetchall()


def ask_duckdb(path: Path, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(path, read_only=True) as database:
        return database.execute(query).fetchall()


def tell(value: object) -> object:
    """Return a value as both sides spell it: SQLite has no truth, no date and no decimals."""
    if isinstance(value, (bool, int)) or value is None:
        return value if value is None else int(value)
    told = str(value).removesuffix("000")  # thousandths of a second are told without
    return float(str(value)) if type(value).__name__ in {"Decimal", "float"} else told


@pytest.mark.parametrize(
    ("word", "ask"), [("sqlite:{}/x.db", ask_sqlite), ("duckdb:{}/x.db", ask_duckdb)]
)
def test_every_row_is_in_the_database(
    run: Export,
    ledger: Connection,
    tmp_path: Path,
    word: str,
    ask: Callable[[Path, str], list[tuple[Any, ...]]],
) -> None:
    run(word.format(tmp_path))
    for relation in read_bi(ledger):
        columns = ", ".join(f'"{column.name}"' for column in relation.columns)
        query = f'select {columns} from {{}}"{relation.name}"'
        rows = [tuple(map(tell, row)) for row in ask(tmp_path / "x.db", query.format(""))]
        told = [tuple(map(tell, row)) for row in read(ledger, query.format("bi."))]
        assert sorted(map(repr, rows)) == sorted(map(repr, told))


def test_sqlite_has_its_keys(run: Export, ledger: Connection, tmp_path: Path) -> None:
    run(f"sqlite:{tmp_path}/x.db")
    assert ask_sqlite(tmp_path / "x.db", "pragma foreign_key_check") == []
    keys = ask_sqlite(tmp_path / "x.db", "select \"from\" from pragma_foreign_key_list('play')")
    assert {"listener_key", "track_key", "context_key", "date_key"} == {key for (key,) in keys}
    named = ask_sqlite(tmp_path / "x.db", "select name from pragma_table_info('play') where pk > 0")
    assert {name for (name,) in named} == {"listener_key", "played_at_utc", "track_key"}
    assert ask_sqlite(tmp_path / "x.db", "pragma integrity_check") == [("ok",)]


def test_sqlite_keeps_older_years_since(run: Export, ledger: Connection, tmp_path: Path) -> None:
    run(f"sqlite:{tmp_path}/x.db")
    with ledger.cursor() as cursor:
        cursor.execute("delete from warehouse.fact_play where extract(year from played_at) <> 2024")
    assert "taken away 2" in run(f"sqlite:{tmp_path}/x.db", "--since", "2025-01-01")
    assert ask_sqlite(tmp_path / "x.db", "select count(*) from play") == [(3,)]
    run(f"sqlite:{tmp_path}/x.db")
    assert ask_sqlite(tmp_path / "x.db", "select count(*) from play") == [(2,)]


def test_csv_is_read_by_a_spreadsheet(run: Export, ledger: Connection, tmp_path: Path) -> None:
    with ledger.cursor() as cursor:
        cursor.execute("update warehouse.dim_track set name = '=HYPERLINK(1)' where track_key = 2")
    run(f"csv:{tmp_path}/out")
    with (tmp_path / "out/track.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    names = {row["track_name"] for row in rows}
    assert {ODD_NAME, "'=HYPERLINK(1)", "(no longer named by Spotify)"} <= names
    with (tmp_path / "out/play.csv").open(encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) == 8


def test_csv_since_holds_these_plays_alone(run: Export, ledger: Connection, tmp_path: Path) -> None:
    run(f"csv:{tmp_path}/out", "--since", "2025-10-26")
    text = (tmp_path / "out/play.csv").read_text(encoding="utf-8")
    assert [row.split(",")[0] for row in text.splitlines()[1:]] == [
        "2025-10-26 00:30:00", "2025-10-26 01:30:00",
    ]  # fmt: skip


def test_json_has_a_play_a_line(run: Export, ledger: Connection, tmp_path: Path) -> None:
    (tmp_path / "other.txt").write_text("theirs")
    run(f"json:{tmp_path}/plays.jsonl")
    lines = (tmp_path / "plays.jsonl").read_text(encoding="utf-8").splitlines()
    plays = [json.loads(line) for line in lines]
    assert len({play["_id"] for play in plays}) == 8
    assert plays[0]["played_at"] == "2023-12-31T23:30:00.000Z"
    assert plays[0]["played_at_local"] == "2024-01-01T00:30:00"
    assert plays[0]["track"]["name"] == ODD_NAME
    assert [artist["name"] for artist in plays[0]["artists"]] == ["Main", "Guest"]
    assert (tmp_path / "other.txt").read_text() == "theirs"
