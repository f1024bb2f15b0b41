"""One moment is one play, however often, under which id and in which unit it is told."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.everheard.pages import NOON, Json
from tests.everheard.sources.spotify_export.history_files import make_episode_row, make_row
from tests.jobs.import_history.conftest import MakeImporter
from tests.jobs.import_history.histories import write_history
from tests.jobs.import_history.importing import Importer

DAY = 86_400
PLAYS = """
    select extract(epoch from played_at)::bigint - {noon}, name, ms_played, track_uri
    from warehouse.fact_play join warehouse.dim_track using (track_key)
    where ms_source = 1 order by 1, 2
"""


def read_plays(importer: Importer) -> list[tuple[int, str, int, str]]:
    """Return when each play ended (seconds after noon), what it was, how long, under which id."""
    plays = importer.read(PLAYS.format(noon=int(NOON.timestamp())))
    return [(int(at), name, ms, uri) for at, name, ms, uri in plays]


def bring(importer: Importer, folder: Path, *files: Sequence[Json]) -> None:
    """Import each file by itself, one after the other."""
    for number, rows in enumerate(files):
        importer.run(write_history(folder / str(number), [list(rows)]))


def as_relinked(row: Json) -> Json:
    """Return the same moment under another id of the same song."""
    return {**row, "spotify_track_uri": "spotify:track:" + "9" * 22}


def make_offline(second: float, started: float, **more: object) -> Json:
    """Return a row told at one second that began, offline, at another."""
    unit = more.pop("unit", 1)
    assert isinstance(unit, int)
    stamp = int((NOON.timestamp() + started) * unit)
    return make_row(second, offline=True, offline_timestamp=stamp, **more)


ROWS = [make_row(n * 400, ms_played=200_000 + n) for n in range(10)]


@pytest.mark.parametrize("is_in_one_file", [True, False])
@pytest.mark.parametrize("is_reversed", [True, False])
def test_ten_plays_told_under_other_ids_are_ten_plays(
    importer: Importer, tmp_path: Path, is_in_one_file: bool, is_reversed: bool
) -> None:
    relinked = [as_relinked(row) for row in ROWS]
    files = [relinked, ROWS] if is_reversed else [ROWS, relinked]
    bring(importer, tmp_path, *([files[0] + files[1]] if is_in_one_file else files))
    plays = read_plays(importer)
    assert [(at, ms) for at, _, ms, _ in plays] == [(n * 400, 200_000 + n) for n in range(10)]
    assert len({uri for _, _, _, uri in plays}) == 1


def test_other_songs_and_other_lengths_in_one_second_are_plays_of_their_own(
    importer: Importer, tmp_path: Path
) -> None:
    rows = [
        make_row(0, ms_played=1_000),
        make_row(0, "Other", ms_played=1_000),
        {**as_relinked(make_row(0)), "ms_played": 2_000},
    ]
    bring(importer, tmp_path, rows)
    assert len(read_plays(importer)) == 3


def test_offline_rows_in_another_unit_are_the_same_plays(
    importer: Importer, tmp_path: Path
) -> None:
    """The start in ms, then in s, then a second off: the end that is reckoned moves with it."""
    starts = [n * 900.437 - DAY for n in range(31)]
    in_ms = [make_offline(0, at, unit=1000, ms_played=180_200) for at in starts]
    in_s = [make_offline(0, int(at), ms_played=180_200) for at in starts]
    late = [make_offline(3, int(at) + 1, ms_played=180_200) for at in starts]
    bring(importer, tmp_path, in_ms, in_s, late)
    assert len(read_plays(importer)) == 31


def test_offline_loops_sent_in_one_second_stay_apart(importer: Importer, tmp_path: Path) -> None:
    loops = [make_offline(0, -DAY + 200 * n) for n in range(5)]
    bring(importer, tmp_path, loops, [make_row(0)])
    assert [at for at, *_ in read_plays(importer)] == [-DAY + 200 * n + 180 for n in range(5)]


def test_row_told_online_and_offline_stands_where_it_was_heard(
    importer: Importer, tmp_path: Path
) -> None:
    bring(importer, tmp_path, [make_row(0)], [make_offline(0, -600)])
    assert [at for at, *_ in read_plays(importer)] == [-420]


def test_podcasts_are_told_once_too(importer: Importer, tmp_path: Path) -> None:
    row = make_episode_row(0)
    stamp = NOON.timestamp() - DAY
    told = [{**row, "offline": True, "offline_timestamp": int(stamp * unit)} for unit in (1, 1000)]
    other = {**told[0], "spotify_episode_uri": "spotify:episode:" + "9" * 22}
    bring(importer, tmp_path, [told[0]], [told[1], other])
    assert importer.read("select count(*) from warehouse.fact_episode_play") == [(1,)]


TOLD = [
    [ROWS[0], as_relinked(ROWS[1]), make_offline(0, -DAY)],
    [as_relinked(ROWS[0]), ROWS[1], make_offline(0, -DAY, unit=1000)],
    [{**ROWS[0], "ms_played": 250_000}, make_row(0, "Other", ms_played=200_000)],
    [make_offline(1, -DAY + 1), make_row(0), as_relinked(make_row(0))],
]


def test_order_of_imports_changes_nothing(make_importer: MakeImporter, tmp_path: Path) -> None:
    ledgers = []
    for place, order in enumerate(itertools.islice(itertools.permutations(TOLD), 0, 24, 8)):
        importer = make_importer()
        bring(importer, tmp_path / str(place), *order, order[0])
        ledgers.append(importer.contents()["plays"])
    assert len(set(ledgers)) == 1


def test_same_import_again_adds_nothing_and_every_row_is_accounted_for(
    importer: Importer, tmp_path: Path
) -> None:
    folder = write_history(tmp_path, [[row for rows in TOLD for row in rows]])
    said = [importer.run(folder) for _ in range(2)]
    skipped = said[0].partition("skipped ")[2].partition(",")[0]
    assert int(skipped) > 0
    assert f"added 0, known {11 - int(skipped)}," in said[1]
    assert f"skipped {skipped}," in said[1]


def test_songs_that_turn_out_to_be_one_are_told_as_one(
    make_importer: MakeImporter, tmp_path: Path
) -> None:
    """A third row knows both artists under one id: two tellings become one play."""
    rows = [
        make_row(0, "Song", "Band"),
        {**make_row(0, "Song", "Guest"), "spotify_track_uri": "spotify:track:" + "9" * 22},
    ]
    # The same id under the other artist, a day later: the two classes are one from then on.
    joining = {**make_row(DAY, "Song", "Guest"), "spotify_track_uri": rows[0]["spotify_track_uri"]}
    apart, joined, early = make_importer(), make_importer(), make_importer()
    bring(apart, tmp_path / "a", rows)
    assert len(read_plays(apart)) == 2
    bring(joined, tmp_path / "b", rows, [joining])
    bring(early, tmp_path / "c", [joining], rows)
    assert joined.contents()["plays"] == early.contents()["plays"]
