"""An import is judged before anything of it is kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.everheard.pages import Json, make_item, make_track
from tests.everheard.sources.spotify_export.history_files import make_row, write_file
from tests.jobs.import_history.covering import run
from tests.jobs.import_history.importing import Importer

HOUR = 3_600
TABLES = ("dim_listener", "dim_track", "fact_play", "etl_import", "etl_import_file")


def read_counts(importer: Importer) -> list[int]:
    return [importer.read(f"select count(*) from warehouse.{table}")[0][0] for table in TABLES]


def rename(row: Json, **names: str) -> Json:
    return {names.get(key, key): value for key, value in row.items()}


ROWS = [make_row(n * HOUR, f"Song {n}") for n in range(40)]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (
            lambda row: rename(row, master_metadata_track_name="trackName", spotify_track_uri="u"),
            "keys never seen before: trackName, u; expected, and not there:"
            " master_metadata_track_name, spotify_track_uri",
        ),
        (
            lambda row: rename(row, ms_played="msPlayed"),
            "keys never seen before: msPlayed; expected, and not there: ms_played",
        ),
        (lambda row: rename(row, ts="endTime"), "keys never seen before: endTime"),
        (lambda row: {**row, "ts": "soon"}, "0 of 40 rows are plays"),
        (lambda row: [row], "0 of 40 rows are plays"),
    ],
)
def test_file_that_is_hardly_a_history_is_refused_with_its_figures(
    importer: Importer, tmp_path: Path, change: Callable[[Json], object], named: str
) -> None:
    before = read_counts(importer)
    name = "Streaming_History_Audio_2026_0.json"
    path = write_file(tmp_path, [change(row) for row in ROWS], name)
    said = run(importer, path, code=65)
    assert "Nothing was imported" in said
    assert name in said
    assert named in said
    assert "--anyway" in said
    assert read_counts(importer) == before


def test_forced_import_is_kept_and_covers_nothing(importer: Importer, tmp_path: Path) -> None:
    rows = [rename(row, master_metadata_track_name="t", spotify_track_uri="u") for row in ROWS]
    said = run(importer, write_file(tmp_path, rows), "--anyway")
    assert "unattributed 40" in said
    assert importer.read("select count(*) from warehouse.etl_import_span") == [(0,)]
    assert importer.read("select is_forced from warehouse.etl_import") == [(True,)]


def test_another_persons_history_is_refused(importer: Importer, tmp_path: Path) -> None:
    items = [make_item(n * HOUR + 0.5, make_track(f"Mine {n}")) for n in range(40)]
    importer.poll(list(reversed(items)))
    before = read_counts(importer)
    said = run(importer, write_file(tmp_path, ROWS), code=65)
    assert "0 of the 39 plays that Spotify has shown in its time are in it" in said
    assert read_counts(importer) == before
    mine = [make_row(n * HOUR, f"Mine {n}") for n in range(40)]
    assert "matched 40" in run(importer, write_file(tmp_path, mine))
    # Judged by what it tells, not by what is new of it: once more is as good.
    assert "known 40" in run(importer, write_file(tmp_path, mine))
    # ... and somebody else's is no better for the right one being there.
    assert "0 of the 39 plays" in run(importer, write_file(tmp_path, ROWS), code=65)


def test_two_peoples_files_in_one_folder_are_refused(importer: Importer, tmp_path: Path) -> None:
    for who in range(2):
        rows = [make_row(n * HOUR + who, f"{who} {n}", ms_played=HOUR * 600) for n in range(24 * 8)]
        write_file(tmp_path / "data", rows, f"Streaming_History_Audio_{2020 + who}_0.json")
    said = run(importer, tmp_path / "data", code=65)
    assert "202 hours" in said or "hours were heard in the seven days from" in said
    assert read_counts(importer)[2] == 0
    one = next((tmp_path / "data").iterdir())
    assert "added 192" in run(importer, one)


def test_keys_of_the_future_are_told_and_cost_nothing(importer: Importer, tmp_path: Path) -> None:
    rows = [{**row, "mood": "blue"} for row in ROWS]
    said = run(importer, write_file(tmp_path, rows))
    assert "mood" in said
    assert "added 40" in said


def test_file_of_few_rows_is_not_judged_by_them(importer: Importer, tmp_path: Path) -> None:
    rows = [ROWS[0], *({**row, "ts": "soon"} for row in ROWS[:9])]
    assert "skipped 9" in run(importer, write_file(tmp_path, rows))


@pytest.mark.parametrize(
    "content", [[ROWS], [[row] for row in ROWS[:3]], [{**ROWS[0], "ts": "soon"}], [7], {"a": ROWS}]
)
def test_file_without_a_readable_row_leaves_nothing_whatever_its_size(
    importer: Importer, tmp_path: Path, content: object
) -> None:
    before = read_counts(importer)
    run(importer, write_file(tmp_path, json.dumps(content)), code=65)
    assert read_counts(importer) == before


def test_unreadable_file_costs_no_good_one_beside_it(importer: Importer, tmp_path: Path) -> None:
    write_file(tmp_path / "data", ROWS)
    write_file(tmp_path / "data", "{}", "Streaming_History_Audio_2026_1.json")
    said = run(importer, tmp_path / "data", code=65)
    assert "added 40" in said
    assert "Streaming_History_Audio_2026_1.json is no list of plays" in said
