"""Days are known, and gaps closed, by what was read whole: with real files, zips and folders."""

from __future__ import annotations

import json
import zipfile
from datetime import datetime
from pathlib import Path

import pytest

from tests.everheard.pages import NOON, Json, at, make_item, make_track
from tests.everheard.sources.spotify_export.history_files import make_row, write_file
from tests.jobs.import_history.conftest import MakeImporter
from tests.jobs.import_history.covering import run
from tests.jobs.import_history.importing import Importer, finish

DAY = 86_400
SPANS = "select span_start, span_end, is_from_start from warehouse.etl_import_span order by 1"


def make_year(number: int) -> list[Json]:
    return [make_row((number * 300 + n * 10) * DAY - 3_000 * DAY, f"Song {n}") for n in range(30)]


def write_zip_of(folder: Path, files: dict[str, str | bytes | list[Json]]) -> Path:
    path = folder / "my_spotify_data.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for one in sorted(files):
            archive.write(write_file(folder / "plain", files[one], one), f"Spotify/{one}")
    return path


YEARS: dict[str, str | bytes | list[Json]] = {
    f"Streaming_History_Audio_{2017 + n}_{n}.json": make_year(n) for n in range(3)
}


@pytest.mark.parametrize("damage", [b'[{"ts": "2018-01-01', b"not json", None])
def test_folder_zip_and_list_cover_alike_and_a_damaged_file_is_no_part_of_it(
    make_importer: MakeImporter, tmp_path: Path, damage: bytes | None
) -> None:
    files = dict(YEARS)
    middle = "Streaming_History_Audio_2018_1.json"
    if damage is None:
        rows = make_year(1)
        files[middle] = [*rows[:10], {**rows[10], "ts": "soon"}, *rows[11:]]
    else:
        files[middle] = damage
    archive = write_zip_of(tmp_path, files)
    covered = []
    for what in ([archive], [tmp_path / "plain"], sorted((tmp_path / "plain").glob("*.json"))):
        importer = make_importer()
        run(importer, *what, code=65 if damage else 0)
        covered.append(importer.read(SPANS))
    first, last = make_year(0), make_year(2)
    assert (
        covered
        == [
            [
                (at_row(first[0]), at_row(first[-1]), True),
                (at_row(last[0]), at_row(last[-1]), False),
            ]
        ]
        * 3
    )


def at_row(row: Json) -> datetime:
    return datetime.fromisoformat(row["ts"])


def test_gap_in_a_damaged_year_stays_open(importer: Importer, tmp_path: Path) -> None:
    inside = (300 + 50) * DAY - 3_000 * DAY
    importer.poll([make_item(inside, make_track("Before"))], make_page(inside + 5 * DAY))
    assert importer.read("select closed_at is null from warehouse.etl_gap") == [(True,)]
    heard = [make_row(inside + 5 * DAY + n * 200, f"Polled {n}") for n in range(50)]
    rows = sorted([*make_year(1), *heard, make_row(inside, "Before")], key=at_row)
    name = "Streaming_History_Audio_2018_1.json"
    said = run(importer, write_zip_of(tmp_path, {**YEARS, name: json.dumps([*rows, 7])}))
    assert "no readable row" in said
    assert "matched 51" in said
    assert "gaps closed 0" in said
    whole = tmp_path / "whole"
    whole.mkdir()
    said = finish(importer.start(write_zip_of(whole, {**YEARS, name: rows})))
    assert "gaps closed 1" in said


def make_page(first: float) -> list[Json]:
    return [make_item(first + n * 200, make_track(f"Polled {n}")) for n in reversed(range(50))]


def test_play_heard_offline_long_before_covers_nothing_around_it(
    importer: Importer, tmp_path: Path
) -> None:
    stamp = int(NOON.timestamp()) - 51 * DAY
    rows = [make_row(0, offline=True, offline_timestamp=stamp), make_row(DAY, "Other")]
    importer.run(write_file(tmp_path, rows, "loose.json"))
    assert importer.read(SPANS) == [(at(0), at(DAY), False)]
    assert importer.read("select min(played_at) from warehouse.fact_play") == [
        (at(-51 * DAY + 180),)
    ]


def test_loose_file_out_of_the_order_of_time_covers_nothing(
    importer: Importer, tmp_path: Path
) -> None:
    importer.run(write_file(tmp_path, [make_row(DAY), make_row(0, "Other")], "loose.json"))
    assert importer.read(SPANS) == []
    assert importer.read("select count(*) from warehouse.fact_play") == [(2,)]
