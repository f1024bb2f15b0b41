"""The ledger is a function of what was observed: any order, any repeats, the same plays."""

from __future__ import annotations

import itertools
import random
import shutil
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import psycopg2
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from everheard.ledger.history import ImportLabel, ImportTarget, load_history
from everheard.ledger.imports import read_imports, undo_import
from everheard.sources.spotify_export.files import find_sources
from everheard.sources.spotify_export.reader import BatchReader
from tests.everheard.ledger.ledger import Ledger, add_listener
from tests.everheard.pages import Json, at, make_item, make_track
from tests.everheard.sources.spotify_export.history_files import make_row, write_file
from tests.long_form import lengthen
from tests.postgres import Server

#: One song under two ids, one with a guest, one that shares its name only, and a short one.
TRACKS: list[Json] = [
    make_track("Song", ("Band",)),
    make_track("Song", ("Band", "Guest"), edition="2"),
    make_track("SÖNG ", ("Band",), edition="3"),
    make_track("Song", ("Stranger",)),
    make_track("Jingle", ("Band",), duration_ms=40_000),
]
NATURAL_PLAYS = """
    select play.played_at, coalesce(track.track_uri, track.folded_name), play.ms_played,
        context.context_uri, detail.reason_start, platform.name, play.ms_source
    from warehouse.fact_play as play
    join warehouse.dim_track as track using (track_key)
    join warehouse.dim_context as context using (context_key)
    join warehouse.dim_play_detail as detail using (play_detail_key)
    join warehouse.dim_platform as platform using (platform_key)
    order by 1, 2
"""


class Heard(NamedTuple):
    """One observation: seconds after noon, the track, and what else tells it apart."""

    second: float
    track: int
    more: int


# Rows a second apart, restarts within 90 s, tracks of 40 s, and far ones.
seconds = st.one_of(
    st.integers(0, 6),
    st.integers(0, 12).map(lambda n: n * 40),
    st.integers(0, 9).map(lambda n: n * 91),
)
# 3 and 4: told when it was sent, heard offline before, its start in seconds or in milliseconds.
heard = st.builds(Heard, seconds, st.integers(0, len(TRACKS) - 1), st.integers(0, 4))
loads = st.lists(
    st.tuples(st.booleans(), st.lists(heard, min_size=1, max_size=5)), min_size=2, max_size=5
)


class Trial:
    """One empty ledger, and the ways observations come into it."""

    def __init__(self, url: str, folder: Path) -> None:
        self._folder = folder
        self.connection = psycopg2.connect(url)
        self.connection.autocommit = True
        self.ledger: Ledger = add_listener(self.connection)

    def load(self, is_poll: bool, observed: list[Heard]) -> None:
        if is_poll:
            self.ledger.poll(*(self._to_item(one) for one in observed))
        else:
            self._import([self._to_row(one) for one in observed])

    def _to_item(self, one: Heard) -> Json:
        context = f"spotify:album:{one.more}" if 0 < one.more < 3 else None
        return make_item(one.second + 0.25, TRACKS[one.track], context)

    def _to_row(self, one: Heard) -> Json:
        track = TRACKS[one.track]
        is_offline = one.more > 2
        started = at(one.second - 30).timestamp() + 0.4
        return make_row(
            3_600 * (one.second // 120 + 1) if is_offline else one.second,
            track["name"],
            track["artists"][0]["name"],
            spotify_track_uri=track["uri"] if one.more != 2 else None,
            ms_played=30_000 + (0 if is_offline else 1_000 * one.more),
            reason_start=["clickrow", "fwdbtn", None, "clickrow", "clickrow"][one.more],
            offline=is_offline,
            offline_timestamp=int(started * (1000 if one.more == 4 else 1)) if is_offline else None,
        )

    def _import(self, rows: list[Json]) -> None:
        files = find_sources([str(write_file(self._folder / "history", rows))]).files
        now = datetime(2026, 11, 20, tzinfo=UTC)
        with (
            TemporaryDirectory(dir=self._folder) as scratch,
            closing(BatchReader(Path(scratch), now)) as reader,
        ):
            batch = reader.read(files)
            target = ImportTarget(self.ledger.listener_key, "UTC", now)
            load_history(
                self.connection,
                target=target,
                label=ImportLabel(["x"], 1),
                load=lambda history: history.add(batch.tables),
            )

    def undo(self, number: int) -> None:
        (undone,) = [one for one in read_imports(self.connection) if one.import_key == number + 1]
        undo_import(self.connection, undone)

    def derive_all(self) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute(
                "insert into warehouse.etl_changed_class (listener_key, match_key)"
                " select distinct %s, match_key from warehouse.dim_track",
                (self.ledger.listener_key,),
            )
        self.ledger.poll(make_item(-900_000, make_track("Long before")))

    def read(self, query: str = NATURAL_PLAYS) -> list[tuple[Any, ...]]:
        return self.ledger.read(query)


@pytest.fixture(scope="session")
def server(postgres_server: Server, template_database: str) -> Server:
    return postgres_server


def lend_trial(server: Server, folder: Path) -> Iterator[Trial]:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    with server.lend_database(server.template) as url:
        trial = Trial(url, folder)
        yield trial
        trial.connection.close()


usual = settings(
    max_examples=lengthen(12),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@usual
@given(loads=loads, seed=st.integers(0, 999))
def test_any_order_with_repeats_gives_the_same_ledger(
    server: Server, tmp_path: Path, loads: list[tuple[bool, list[Heard]]], seed: int
) -> None:
    shuffled = [*loads, *loads[:2]]
    random.Random(seed).shuffle(shuffled)
    for first in lend_trial(server, tmp_path / "first"):
        for load in loads:
            first.load(*load)
        for second in lend_trial(server, tmp_path / "second"):
            for load in shuffled:
                second.load(*load)
            assert second.read() == first.read()


@usual
@given(loads=loads, which=st.integers(0, 4))
def test_undone_import_and_the_others_again_are_the_ledger_without_it(
    server: Server, tmp_path: Path, loads: list[tuple[bool, list[Heard]]], which: int
) -> None:
    imports = [load for load in loads if not load[0]]
    if not imports:
        return
    undone = which % len(imports)
    others = [load for load in imports if load is not imports[undone]]
    polls = [load for load in loads if load[0]]
    for first in lend_trial(server, tmp_path / "first"):
        for load in loads:
            first.load(*load)
        first.undo(undone)
        for load in others:
            first.load(*load)
        for second in lend_trial(server, tmp_path / "second"):
            for load in polls + others:
                second.load(*load)
            assert second.read() == first.read()


@usual
@given(loads=loads)
def test_deriving_what_was_touched_equals_deriving_all(
    server: Server, tmp_path: Path, loads: list[tuple[bool, list[Heard]]]
) -> None:
    check_derivation(server, tmp_path / "trial", loads)


def draw_chain(seed: int) -> list[tuple[bool, list[Heard]]]:
    """Draw plays of one song, each within reach of the next, that come to light in any order."""
    rng = random.Random(seed)
    times = itertools.accumulate(rng.randrange(15, 90) for _ in range(10))
    chain = [(rng.random() < 0.5, [Heard(time, rng.randrange(3), 0)]) for time in times]
    rng.shuffle(chain)
    return chain


@settings(usual, max_examples=lengthen(4), phases=[Phase.generate])
@given(loads=st.integers(0, 99_999).map(draw_chain))
def test_long_clusters_are_found_whole_from_any_of_their_plays(
    server: Server, tmp_path: Path, loads: list[tuple[bool, list[Heard]]]
) -> None:
    check_derivation(server, tmp_path / "trial", loads)


def check_derivation(server: Server, folder: Path, loads: list[tuple[bool, list[Heard]]]) -> None:
    """Check that deriving everything again after the loads changes nothing."""
    for trial in lend_trial(server, folder):
        trial.load(True, [Heard(-900_500, 4, 0)])
        for load in loads:
            trial.load(*load)
        before = trial.read()
        trial.derive_all()
        later = [play for play in trial.read() if play not in before]
        assert [play[1] for play in later] == [make_track("Long before")["uri"]]
        assert len(trial.read()) == len(before) + 1
