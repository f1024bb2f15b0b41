"""The same files give the same ledger wherever the import runs: pooler, distance, time zone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from tests.everheard.pages import NOON, Json
from tests.everheard.sources.spotify_export.history_files import make_episode_row, make_row
from tests.jobs.import_history.conftest import MakeImporter
from tests.jobs.import_history.distance import keep_distance
from tests.jobs.import_history.histories import make_history, make_polls, write_history
from tests.jobs.import_history.importing import Importer, read_figures

#: When New York and Auckland move their clocks, forward and back, and the turn of a year: UTC.
NIGHTS = (
    "2025-04-05T14:00",
    "2025-09-27T14:00",
    "2025-11-02T06:00",
    "2026-01-01T00:00",
    "2026-03-08T07:00",
)


def test_import_through_the_pooler_leaves_the_same_ledger(
    make_importer: MakeImporter, pgbouncer: Callable[[str], str], tmp_path: Path
) -> None:
    files = make_history(10, 30)
    folder = write_history(tmp_path / "data", files)
    direct, behind_pooler = make_importer(), make_importer()
    pooled = replace(behind_pooler, database_url=pgbouncer(behind_pooler.database_url))
    for machine in (direct, behind_pooler):
        machine.poll(make_polls(files[0]), make_polls(files[9]))
    assert pooled.run(folder) == direct.run(folder)
    assert behind_pooler.contents() == direct.contents()
    assert read_figures(pooled.run(folder))["added"] == 0
    assert behind_pooler.contents() == direct.contents()


def test_session_goes_back_to_the_pooler_as_it_was(
    importer: Importer, pgbouncer: Callable[[str], str], tmp_path: Path
) -> None:
    pooled = replace(importer, database_url=pgbouncer(importer.database_url))
    # PgBouncer itself sets application_name anew for every client.
    changed = "select name from pg_settings where source = 'session' and name !~ '^application'"
    left = "select relname from pg_class where relpersistence = 't' and relkind = 'r'"
    pooled.run(write_history(tmp_path / "data", make_history(1, 30)))
    assert pooled.read(changed) == []
    assert importer.read(left) == []


def test_round_trips_do_not_grow_with_the_rows(make_importer: MakeImporter, tmp_path: Path) -> None:
    counts = set()
    for row_count, step_s in ((30, 18_000), (600, 900)):  # the same weeks
        folder = write_history(tmp_path / str(row_count), make_history(8, row_count, step_s))
        machine = make_importer()
        with keep_distance(machine.database_url, seconds=0.04) as between:
            far = replace(machine, database_url=between.url)
            assert read_figures(far.run(folder))["read"] > 8 * row_count
            counts.add(between.round_trip_count)
    assert len(counts) == 1


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "America/New_York"])
def test_time_zones_of_machine_and_server_do_not_matter(
    make_importer: MakeImporter, tmp_path: Path, zone: str
) -> None:
    nights = [make_night(datetime.fromisoformat(f"{moment}+00:00")) for moment in NIGHTS]
    folder = write_history(tmp_path / "data", nights)
    plain, foreign = make_importer(), make_importer()
    ((database,),) = foreign.read("select current_database()")
    foreign.execute(f"alter database {database} set timezone to '{zone}'")
    for machine in (plain, foreign):
        machine.poll(make_polls(nights[0]), make_polls(nights[-1]))
    assert foreign.run(folder, TZ=zone) == plain.run(folder, TZ="UTC")
    assert foreign.contents() == plain.contents()


def make_night(middle: datetime) -> list[Json]:
    """Return plays every ten minutes for hours around a moment, some of them heard offline."""
    rows = []
    for second in range(-20_000, 20_000, 600):
        after_noon = (middle - NOON).total_seconds() + second
        rows.append(make_row(after_noon, f"Song {second % 7}"))
        if second % 4_000 == 0:
            began = int(middle.timestamp()) + second - 18_000
            offline = {"offline": True, "offline_timestamp": began}
            rows += [make_row(after_noon, "Tunnel", **offline), make_episode_row(after_noon)]
    return rows
