"""An import can be undone: what stays is the ledger without it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import psycopg2

from cli.doctor.imports import check_imports
from everheard.config import PROJECT_DIR
from tests.everheard.pages import Json, make_item, make_track
from tests.everheard.sources.spotify_export.history_files import make_row, write_file
from tests.jobs.import_history.conftest import MakeImporter
from tests.jobs.import_history.contents import Digest
from tests.jobs.import_history.histories import make_history, make_polls, write_history
from tests.jobs.import_history.importing import Importer
from tests.jobs.import_history.test_told_twice import TOLD, as_relinked
from tests.long_form import is_long

FILES = make_history(4, 60)
#: What an undone import leaves behind: names, which no longer belong to a play.
NAMES = {"tracks", "artists", "albums", "files", "skipped rows", "spans"}


def undo(
    importer: Importer, number: int, *, code: int = 0, words: Sequence[str] = ("--yes",)
) -> str:
    ended = subprocess.run(
        [sys.executable, "start.py", "undo", "import", str(number), *words],
        cwd=PROJECT_DIR,
        env={
            **os.environ,
            "DATABASE_URL": importer.database_url,
            "EVERHEARD_HOME": str(importer.home),
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == code, ended.stdout + ended.stderr
    return ended.stdout + ended.stderr


def read_played(importer: Importer) -> dict[str, Digest]:
    return {name: told for name, told in importer.contents().items() if name not in NAMES}


def test_undone_import_leaves_the_ledger_of_the_others(
    make_importer: MakeImporter, tmp_path: Path
) -> None:
    polls = [make_polls(FILES[number]) for number in (1, 2)]
    undone, without = make_importer(), make_importer()
    for machine in (undone, without):
        machine.poll(*polls)
    first = write_history(tmp_path / "first", FILES[:2])
    rest = write_history(tmp_path / "rest", FILES[2:], first=2)
    undone.run(first)
    undone.run(rest)
    without.run(rest)
    said = undo(undone, 1)
    assert "import 1 is undone" in said
    assert read_played(undone) == read_played(without)
    undone.run(first)
    both = make_importer()
    both.poll(*polls)
    for part in (rest, first):
        both.run(part)
    assert read_played(undone) == read_played(both)


def test_what_others_told_too_is_asked_for_again(importer: Importer, tmp_path: Path) -> None:
    """What is told twice is kept once, by the first: undone, its days are unknown until then."""
    old = write_history(tmp_path / "old", FILES[:2])
    new = write_history(tmp_path / "new", FILES)
    importer.run(old)
    importer.run(new)
    whole = read_played(importer)
    spans = importer.read("select distinct span_start, span_end from warehouse.etl_import_span")
    said = undo(importer, 1)
    assert "import them again" in said
    assert "Streaming_History_Audio_2026_3.json" in said or "(4 files)" in said
    ((start, end),) = importer.read("select span_start, span_end from warehouse.etl_import_span")
    ((gone,),) = importer.read("select last_told_at from warehouse.etl_import where import_key = 1")
    assert start == gone
    assert end > gone
    with closing(psycopg2.connect(importer.database_url)) as connection:
        (asked,) = check_imports(connection)
    assert asked.cure.startswith("import again: Streaming_History_Audio_2026_0.json")
    importer.run(new)
    assert read_played(importer) == whole
    covered = importer.read("select min(span_start), max(span_end) from warehouse.etl_import_span")
    assert covered[0][0] == min(start for start, _ in spans)
    assert "import it again" not in list_imports(importer)


def test_who_told_what_went_is_asked_for_again_though_it_covers_nothing(
    importer: Importer, tmp_path: Path
) -> None:
    rows = [make_row(500), make_row(0)]  # not in the order of time
    importer.run(write_file(tmp_path, rows, "first.json"))
    importer.run(write_file(tmp_path, [*rows, make_row(-500)], "second.json"))
    assert "second.json" in undo(importer, 1).partition("import them again")[2]
    assert importer.read("select count(*) from warehouse.fact_play") == [(1,)]


def test_undoing_the_later_of_two_takes_nothing_from_the_first(
    importer: Importer, tmp_path: Path
) -> None:
    old = write_history(tmp_path / "old", FILES[:2])
    importer.run(old)
    before = read_played(importer)
    spans = importer.read("select span_start, span_end from warehouse.etl_import_span")
    importer.run(old)
    assert "these told" not in undo(importer, 2).lower()
    assert read_played(importer) == before
    assert importer.read("select span_start, span_end from warehouse.etl_import_span") == spans


def test_gap_opens_again_as_it_was(importer: Importer, tmp_path: Path) -> None:
    page = [make_item(n * 240 + 50_000, make_track(f"Song {n}")) for n in reversed(range(50))]
    importer.poll([make_item(0)], page)
    gaps = "select gap_start, gap_end, closed_by from warehouse.etl_gap order by 1"
    before = importer.read(gaps)
    assert len(before) == 1
    rows = [make_row(n * 1_000, f"Other {n}") for n in range(10, 20)]
    importer.run(write_file(tmp_path, rows, "loose.json"))
    assert [closed for *_, closed in importer.read(gaps)] == [None, "loose.json", None]
    undo(importer, 1)
    assert importer.read(gaps) == before


def test_rows_told_twice_come_back_for_those_who_told_them(
    make_importer: MakeImporter, tmp_path: Path
) -> None:
    for place in range(0, len(TOLD), 1 if is_long() else 3):
        machine, other = make_importer(), make_importer()
        folders = [
            write_history(tmp_path / f"{place} {number}", [rows])
            for number, rows in enumerate(TOLD)
        ]
        for folder in folders:
            machine.run(folder)
        undo(machine, place + 1)
        for number, folder in enumerate(folders):
            if number != place:
                machine.run(folder)
                other.run(folder)
        assert machine.contents()["plays"] == other.contents()["plays"], place


def test_relinked_plays_of_an_import_stand_for_themselves_when_the_other_goes(
    importer: Importer, tmp_path: Path
) -> None:
    rows: list[Json] = [make_row(n * 400, ms_played=200_000 + n) for n in range(10)]
    importer.run(write_history(tmp_path / "a", [rows]))
    importer.run(write_history(tmp_path / "b", [[as_relinked(row) for row in rows]]))
    count = "select count(*) from warehouse.fact_play"
    assert importer.read(count) == [(10,)]
    undo(importer, 1)
    assert importer.read(count) == [(10,)]
    undo(importer, 2)
    assert importer.read(count) == [(0,)]


def list_imports(importer: Importer) -> str:
    process = importer.start("--list")
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 0, said
    return said


def test_imports_are_listed_and_undone_by_number(importer: Importer, tmp_path: Path) -> None:
    assert "Nothing has been imported yet" in list_imports(importer)
    importer.run(write_file(tmp_path, [make_row(0)], "one.json"))
    importer.run(write_file(tmp_path, [make_row(0), make_row(500)], "two.json"))
    lines = list_imports(importer).splitlines()
    assert lines[0].split() == [
        "number",
        "imported",
        "listener",
        "added",
        "shared",
        "tells",
        "what",
    ]
    assert lines[1].split()[0] == "1"
    assert lines[1].endswith("2026-03-01 to 2026-03-01  one.json")
    assert lines[2].split()[4:6] == ["1", "1"]
    assert "There is no import 9" in undo(importer, 9, code=65)
    assert "add --yes" in undo(importer, 2, code=65, words=())
    undo(importer, 2)
    assert "was undone at" in undo(importer, 2, code=65)
    assert "two.json, undone" in list_imports(importer)
