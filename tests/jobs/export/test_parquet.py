"""Parquet: what DuckDB reads in it is what the views say, and a second run touches nothing."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from psycopg2.extensions import connection as Connection

from everheard.export.folder import RECORD
from everheard.export.relations import read_bi, read_tables
from everheard.lock import lock_file
from everheard.places import is_root
from tests.jobs.export.conftest import ODD_NAME, Export, read_marks
from tests.sql.ledger import add_play


def read_parquet(folder: Path, pattern: str, columns: str = "*") -> list[tuple[Any, ...]]:
    with duckdb.connect() as engine:
        engine.execute("set timezone = 'UTC'")
        found = engine.execute(f"select {columns} from read_parquet('{folder}/{pattern}')")
        return found.fetchall()


def read_view(ledger: Connection, relation: str, columns: str) -> list[tuple[Any, ...]]:
    with ledger.cursor() as cursor:
        cursor.execute("set timezone = 'UTC'")
        cursor.execute(f"select {columns} from {relation}")
        return cursor.fetchall()


def compare(rows: list[tuple[Any, ...]], others: list[tuple[Any, ...]]) -> None:
    assert sorted(map(repr, rows)) == sorted(map(repr, others))


def test_every_row_of_the_readers_star_is_there(
    run: Export, ledger: Connection, tmp_path: Path
) -> None:
    run(f"parquet:{tmp_path / 'out'}")
    for relation in read_bi(ledger):
        where = f"{relation.name}/*/*/*" if relation.moment else relation.name
        columns = ", ".join(f'"{column.name}"' for column in relation.columns)
        told = read_view(ledger, f"bi.{relation.name}", columns)
        assert told or relation.name in {"show"}
        compare(read_parquet(tmp_path / "out/bi", f"{where}.parquet", columns), told)


def test_every_row_of_the_tables_is_there(run: Export, ledger: Connection, tmp_path: Path) -> None:
    run(f"parquet:{tmp_path / 'out'}")
    for name in ("fact_play", "fact_episode_play", "dim_track", "bridge_track_artist"):
        (relation,) = [one for one in read_tables(ledger) if one.name == name]
        where = f"{name}/*/*/*" if relation.moment else name
        columns = ", ".join(f'"{column.name}"::text' for column in relation.columns)
        rows = read_parquet(tmp_path / "out/star", f"{where}.parquet", columns)
        compare(rows, read_view(ledger, f"warehouse.{name}", columns))
    assert (ODD_NAME,) in read_parquet(tmp_path / "out/star", "dim_track.parquet", "name")


def test_plays_lie_by_listener_and_year(run: Export, ledger: Connection, tmp_path: Path) -> None:
    assert run(f"parquet:{tmp_path / 'out'}").startswith("export: plays 8, rows ")
    plays = tmp_path / "out/bi/play"
    found = {str(path.parent.relative_to(plays)) for path in plays.rglob("*.parquet")}
    years = {f"listener=1/year={year}" for year in (2023, 2024, 2025)}
    assert found == years | {"listener=2/year=2025"}
    rows = read_parquet(plays, "**/*.parquet", "played_at_local, played_at_utc")
    local = {str(local): str(utc) for local, utc in rows}
    assert local["2024-01-01 00:30:00"] == "2023-12-31 23:30:00"


def test_no_column_is_of_a_kind_that_others_cannot_read(
    run: Export, ledger: Connection, tmp_path: Path
) -> None:
    run(f"parquet:{tmp_path / 'out'}")
    with duckdb.connect() as engine:
        kinds = {
            str(kind)
            for path in (tmp_path / "out").rglob("*.parquet")
            for kind in engine.sql(f"from '{path}'").types
        }
    simple = {"SMALLINT", "INTEGER", "BIGINT", "BOOLEAN", "VARCHAR", "DATE", "DOUBLE", "TIMESTAMP"}
    simple |= {"TIMESTAMP WITH TIME ZONE"}
    assert {kind for kind in kinds - simple if not kind.startswith("DECIMAL")} == set()


def test_no_sign_in_leaves(run: Export, ledger: Connection, tmp_path: Path) -> None:
    run(f"parquet:{tmp_path / 'out'}")
    files = read_marks(tmp_path / "out")
    assert [name for name, (_, text) in files.items() if b"AQD-secret" in text] == []
    assert [name for name in files if "sign_in" in name or "api_token" in name] == []


def test_second_run_changes_nothing(run: Export, ledger: Connection, tmp_path: Path) -> None:
    run(f"parquet:{tmp_path / 'out'}")
    first = read_marks(tmp_path / "out")
    assert "written 0" in run(f"parquet:{tmp_path / 'out'}")
    assert read_marks(tmp_path / "out") == first


def test_only_what_has_changed_is_written(run: Export, ledger: Connection, tmp_path: Path) -> None:
    run(f"parquet:{tmp_path / 'out'}")
    first = read_marks(tmp_path / "out")
    add_play(ledger, "2025-11-01 12:00:00+00", 1)
    assert "written 2" in run(f"parquet:{tmp_path / 'out'}")
    changed = {name for name, mark in read_marks(tmp_path / "out").items() if first[name] != mark}
    year = "listener=1/year=2025"
    plays = {f"bi/play/{year}/play.parquet", f"star/fact_play/{year}/fact_play.parquet"}
    assert changed == plays | {RECORD}


def test_what_went_from_the_ledger_goes(run: Export, ledger: Connection, tmp_path: Path) -> None:
    run(f"parquet:{tmp_path / 'out'}")
    with ledger.cursor() as cursor:
        cursor.execute("delete from warehouse.fact_play where played_at < '2024-01-01'")
    assert "taken away 2" in run(f"parquet:{tmp_path / 'out'}")
    assert not list((tmp_path / "out").glob("*/*play/listener=1/year=2023/*"))


def test_damaged_file_is_written_anew(run: Export, ledger: Connection, tmp_path: Path) -> None:
    run(f"parquet:{tmp_path / 'out'}")
    (tmp_path / "out/bi/track.parquet").write_bytes(b"")
    assert "written 1" in run(f"parquet:{tmp_path / 'out'}")
    assert len(read_parquet(tmp_path / "out/bi", "track.parquet")) == 4


def test_file_that_somebody_put_in_the_place_of_ours_is_left_alone(
    run: Export, ledger: Connection, tmp_path: Path
) -> None:
    run(f"csv:{tmp_path / 'out'}")
    (tmp_path / "out/track.csv").write_text("my own notes")
    assert "did not write it like that" in run(f"csv:{tmp_path / 'out'}", code=78)
    assert (tmp_path / "out/track.csv").read_text() == "my own notes"


def test_since_leaves_older_years_alone(run: Export, ledger: Connection, tmp_path: Path) -> None:
    run(f"parquet:{tmp_path / 'out'}")
    with ledger.cursor() as cursor:
        cursor.execute("delete from warehouse.fact_play where played_at < '2025-01-01'")
    said = run(f"parquet:{tmp_path / 'out'}", "--since", "2025-10-01")
    assert said.startswith("export: plays 5, ")
    assert "taken away" not in said
    assert (tmp_path / "out/bi/play/listener=1/year=2023/play.parquet").exists()


def test_one_listener_alone(run: Export, ledger: Connection, tmp_path: Path) -> None:
    run(f"parquet:{tmp_path / 'out'}")
    assert run(f"parquet:{tmp_path / 'out'}", "--listener", "bob").startswith("export: plays 1, ")
    assert [path.name for path in (tmp_path / "out/bi/play").glob("*/*/*")] == ["play.parquet"]
    assert len(read_parquet(tmp_path / "out/bi", "listener.parquet")) == 1
    run(f"parquet:{tmp_path / 'out'}", "--listener", "Zed", code=78)


def test_dry_run_writes_nothing(run: Export, ledger: Connection, tmp_path: Path) -> None:
    assert "(dry run) plays 8" in run(f"parquet:{tmp_path / 'out'}", "--dry-run")
    assert not (tmp_path / "out").exists()


def test_folder_of_somebody_else_is_left_alone(
    run: Export, ledger: Connection, tmp_path: Path
) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "thesis.parquet").write_text("years of work")
    first = read_marks(theirs)
    assert "did not write" in run(f"parquet:{theirs}", code=78)
    (theirs / RECORD).write_text('{"made_by": "somebody"}')
    assert "left alone" in run(f"parquet:{theirs}", code=78)
    assert {**first, RECORD: None}.keys() == read_marks(theirs).keys()


def test_file_put_where_ours_would_go_is_left_alone(
    run: Export, ledger: Connection, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    run(f"parquet:{out}", "--listener", "Ana")
    theirs = out / "bi/play/listener=2/year=2025/play.parquet"
    theirs.parent.mkdir(parents=True)
    theirs.write_text("theirs")
    first = read_marks(out)
    assert "Everheard did not write it" in run(f"parquet:{out}", code=78)
    assert read_marks(out) == first


def test_file_in_the_place_of_a_folder_is_named(
    run: Export, ledger: Connection, tmp_path: Path
) -> None:
    (tmp_path / "out").write_text("a file")
    assert "is no folder" in run(f"parquet:{tmp_path / 'out'}", code=78)


@pytest.mark.parametrize("word", ["parket:out", "parquet", "parquet:", "out"])
def test_word_that_is_no_target_is_told(run: Export, ledger: Connection, word: str) -> None:
    assert "it is one of parquet:FOLDER" in run(word, code=78)


def test_address_in_a_command_is_refused_and_not_repeated(run: Export, ledger: Connection) -> None:
    said = run("mongodb://me:opensesame@db.example.org/x", code=78)
    assert "setting" in said
    assert "opensesame" not in said


def test_day_in_the_future_is_refused(run: Export, ledger: Connection, tmp_path: Path) -> None:
    assert "in the future" in run(f"parquet:{tmp_path}/o", "--since", "2999-01-01", code=78)


def test_one_target_that_fails_costs_no_other(
    run: Export, ledger: Connection, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    said = run(f"parquet:{tmp_path / 'file'}", f"parquet:{tmp_path / 'out'}", code=78)
    assert "plays 8" in said
    assert (tmp_path / "out/bi/track.parquet").exists()


def test_nobody_yet_is_no_failure(run: Export, tmp_path: Path) -> None:
    assert "nothing to do" in run(f"parquet:{tmp_path / 'out'}")
    assert not (tmp_path / "out").exists()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Lend a disk of four megabytes; where none can be made, no file may be longer."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if sys.platform == "linux" and is_root():
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "none", disk], check=True)
        yield disk
        subprocess.run(["umount", "-l", disk], check=True)
        return
    import resource

    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4 << 20, limits[1]))
    yield disk
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@pytest.mark.posix
def test_full_disk_leaves_what_was_there(run: Export, ledger: Connection, small_disk: Path) -> None:
    run(f"parquet:{small_disk / 'out'}")
    first = read_marks(small_disk / "out")
    with ledger.cursor() as cursor:
        cursor.execute(
            "insert into warehouse.fact_play (played_at, track_key, listener_key, ms_source)"
            " select '2025-01-01'::timestamptz + n * interval '97 seconds', 1, 1, 0"
            " from generate_series(1, 90000) as n"
        )
    said = run(f"parquet:{small_disk / 'out'}", code=78)
    assert "cannot be written" in said
    if sys.platform == "linux" and is_root():
        assert "(it is full)" in said
        assert "make room" in said
    assert read_marks(small_disk / "out") == first


def test_files_are_their_owners_alone(run: Export, ledger: Connection, tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        run(f"parquet:{tmp_path / 'out'}")
    finally:
        os.umask(old)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "out").rglob("*.*")}
    assert modes == {0o600}


def test_export_cut_off_leaves_whole_files(
    run: Export, ledger: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(f"parquet:{tmp_path / 'out'}")
    first = read_marks(tmp_path / "out")
    add_play(ledger, "2025-11-01 12:00:00+00", 1)
    with monkeypatch.context() as patch:
        patch.setattr("everheard.export.parquet.ExportFolder.put_in_place", interrupt)
        with pytest.raises(KeyboardInterrupt):
            run(f"parquet:{tmp_path / 'out'}")
    assert read_marks(tmp_path / "out") == first
    assert "written 2" in run(f"parquet:{tmp_path / 'out'}")


def test_second_export_at_once_is_told_to_wait(
    run: Export, ledger: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVERHEARD_HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    with lock_file(tmp_path / "home/export.lock", wait_seconds=0):
        assert "Another export is at work" in run(f"parquet:{tmp_path / 'out'}", code=75)
    run(f"parquet:{tmp_path / 'out'}")


def interrupt(*_: object) -> None:
    raise KeyboardInterrupt
