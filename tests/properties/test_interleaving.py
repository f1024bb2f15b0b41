"""The ledger is a function of what was observed: any order, any repeats, the same plays."""

from __future__ import annotations

import itertools
import random
import shutil
from collections.abc import Iterable, Iterator
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
from everheard.names import fold_name
from everheard.sources.spotify_export.files import find_sources
from everheard.sources.spotify_export.reader import BatchReader
from tests.everheard.ledger.ledger import Ledger, ToldPlay, add_listener
from tests.everheard.pages import Json, at, make_item, make_track
from tests.everheard.sources.spotify_export.history_files import make_row, write_file
from tests.long_form import lengthen
from tests.postgres import Server
from tests.properties.reference import (
    HISTORY,
    POLL,
    SCROBBLE,
    WATCHER,
    Known,
    Told,
    Track,
    list_plays,
)

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


PLAYS = """
    select extract(epoch from play.played_at - %s)::float,
        coalesce(track.track_uri, track.folded_name),
        play.ms_played, context.context_uri, play.ms_source
    from warehouse.fact_play as play
    join warehouse.dim_track as track using (track_key)
    join warehouse.dim_context as context using (context_key)
"""
#: What is told of the tracks' lengths when Spotify is asked; polls tell others, which go by it.
LENGTHS_MS = [180_000, 60_000, 200_000, None, 45_000]
#: What comes with a scrobble.
SCROBBLED_MS = [None, 50_000, 900_000]
SOURCES = {1: HISTORY, 2: WATCHER, 0: POLL, 3: SCROBBLE}


class Heard(NamedTuple):
    """One observation: seconds after noon, the track, and what else tells it apart."""

    second: float
    track: int
    more: int


# Rows a second apart, restarts within 90 s, tracks of 40 s, far ones, and pauses of half an hour.
seconds = st.one_of(
    st.integers(0, 6),
    st.integers(0, 12).map(lambda n: n * 40),
    st.integers(0, 9).map(lambda n: n * 91),
    st.integers(0, 6).map(lambda n: n * 450),
)
# 3 and 4: told when it was sent, heard offline before, its start in seconds or in milliseconds.
heard = st.builds(Heard, seconds, st.integers(0, len(TRACKS) - 1), st.integers(0, 4))
#: By source; LENGTH is what metadata tell of the tracks of some of it.
LENGTH = 0
sources = st.sampled_from([HISTORY, POLL, WATCHER, SCROBBLE, SCROBBLE, LENGTH])
Load = tuple[int, list[Heard]]
loads = st.lists(
    st.tuples(sources, st.lists(heard, min_size=1, max_size=5)), min_size=2, max_size=6
)


class Trial:
    """One empty ledger, and the ways observations come into it."""

    def __init__(self, url: str, folder: Path) -> None:
        self._folder = folder
        self.connection = psycopg2.connect(url)
        self.connection.autocommit = True
        self.ledger: Ledger = add_listener(self.connection)

    def load(self, source: int, observed: list[Heard]) -> None:
        if source == POLL:
            self.ledger.poll(*(self._to_item(one) for one in observed))
        elif source == HISTORY:
            self._import([self._to_row(one) for one in observed])
        elif source == LENGTH:
            self.learn(one.track for one in observed)
        else:
            self.ledger.tell(*(self._to_told(source, one) for one in observed))

    def load_all(self, loads: list[Load]) -> None:
        """Load one after the other, and what is known of lengths in the end once more."""
        for load in loads:
            self.load(*load)
        self.learn(one.track for source, observed in loads if source == LENGTH for one in observed)

    def learn(self, tracks: Iterable[int]) -> None:
        for track in sorted(set(tracks)):
            if length := LENGTHS_MS[track]:
                self.ledger.learn_length(TRACKS[track], length)

    def _to_item(self, one: Heard) -> Json:
        return make_item(one.second + 0.25, TRACKS[one.track], name_context(one))

    def _to_row(self, one: Heard) -> Json:
        track = TRACKS[one.track]
        is_offline = one.more > 2
        started = at(one.second - 30).timestamp() + 0.4
        return make_row(
            3_600 * (one.second // 120 + 1) if is_offline else one.second,
            track["name"],
            track["artists"][0]["name"],
            spotify_track_uri=track["uri"] if one.more != 2 else None,
            ms_played=measure(one),
            reason_start=["clickrow", "fwdbtn", None, "clickrow", "clickrow"][one.more],
            offline=is_offline,
            offline_timestamp=int(started * (1000 if one.more == 4 else 1)) if is_offline else None,
        )

    def _to_told(self, source: int, one: Heard) -> ToldPlay:
        track = TRACKS[one.track]
        if one.more == 2:
            track = {"name": track["name"], "artists": track["artists"]}
        if source == SCROBBLE:
            return ToldPlay(3, one.second, track, length_ms=SCROBBLED_MS[one.more % 3])
        told = observe(source, one)
        return ToldPlay(2, told.second, track, told.ms_played, None, told.context)

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

    def read_plays(self) -> list[Known]:
        rows = self.ledger.read(PLAYS, at(0))
        return sorted(Known(*told, SOURCES[source]) for *told, source in rows)


def name_context(one: Heard) -> str | None:
    """Return where a polled or watched play was started from: one thing at one moment."""
    return [None, "spotify:album:1", "spotify:album:2"][(one.track + int(one.second)) % 3]


def measure(one: Heard) -> int:
    """Return how long it was heard, ms; ``make_plain`` leaves no two ids with the same."""
    if one.more > 2:
        return 30_000
    return 31_000 if one.more == 1 else 40_000 + 1_000 * one.more + 10_000 * one.track


def make_plain(loads: list[Load]) -> list[Load]:
    """Return loads in which no history tells a play twice: the reference knows no such rules."""

    def plain(source: int, one: Heard) -> Heard:
        return one._replace(more=0) if source == HISTORY and one.more not in {0, 2} else one

    return [(source, [plain(source, one) for one in many]) for source, many in loads]


def observe(source: int, one: Heard) -> Told:
    """Return what a source tells, for the reference."""
    has_no_uri = source != POLL and one.more == 2
    names = ["Song", "Song", "Song", "Song of a stranger", "Jingle"]
    uri = TRACKS[one.track]["uri"]
    key = fold_name(TRACKS[one.track]["name"]) if has_no_uri else uri
    track = Track(has_no_uri, key, names[one.track])
    if source == HISTORY:
        return Told(source, one.second, track, measure(one))
    if source == POLL:
        return Told(source, one.second + 0.25, track, None, name_context(one))
    if source == SCROBBLE:
        return Told(source, one.second, track, None, None, SCROBBLED_MS[one.more % 3])
    end = one.second + (0.25 if one.more == 1 else 0.5)
    return Told(
        source, end, track, None if one.track == 1 else 20_000 + one.more, name_context(one)
    )


def refer(loads: list[Load]) -> list[Known]:
    """Return the plays that should be known."""
    observed = {observe(source, one) for source, many in loads if source for one in many}
    uris = [track["uri"] for track in TRACKS]
    heard = {one.track.key for one in observed}
    polled = {uris[one.track] for source, many in loads if source == POLL for one in many}
    lengths = {track["uri"]: track["duration_ms"] for track in TRACKS if track["uri"] in polled}
    for source, many in loads:
        for one in many if source == LENGTH else ():
            if (length := LENGTHS_MS[one.track]) and uris[one.track] in heard:
                lengths[uris[one.track]] = length
    return list_plays(observed, lengths)


def cut_anew(loads: list[Load], seed: int) -> list[Load]:
    """Return the same observations, some of them twice, in another order and other pieces."""
    rng = random.Random(seed)
    cut: dict[tuple[int, int], list[Heard]] = {}
    for source, many in [*loads, *loads[:2]]:
        for one in many:
            cut.setdefault((source, rng.randrange(2)), []).append(one)
    pieces = [(source, rng.sample(many, len(many))) for (source, _), many in cut.items()]
    rng.shuffle(pieces)
    return pieces


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
    max_examples=lengthen(6),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@usual
@given(loads=loads, seed=st.integers(0, 999))
def test_any_order_cut_and_repeats_give_the_same_ledger(
    server: Server, tmp_path: Path, loads: list[Load], seed: int
) -> None:
    for first in lend_trial(server, tmp_path / "first"):
        first.load_all(loads)
        for second in lend_trial(server, tmp_path / "second"):
            second.load_all(cut_anew(loads, seed))
            assert second.read() == first.read()


@usual
@given(loads=loads, which=st.integers(0, 4))
def test_undone_import_and_the_others_again_are_the_ledger_without_it(
    server: Server, tmp_path: Path, loads: list[Load], which: int
) -> None:
    imports = [load for load in loads if load[0] == HISTORY]
    if not imports:
        return
    undone = which % len(imports)
    others = [load for load in imports if load is not imports[undone]]
    rest = [load for load in loads if load[0] != HISTORY]
    for first in lend_trial(server, tmp_path / "first"):
        first.load_all(loads)
        first.undo(undone)
        first.load_all(others)
        for second in lend_trial(server, tmp_path / "second"):
            second.load_all(rest + others)
            assert second.read() == first.read()


@usual
@given(loads=st.one_of(loads, loads.map(make_plain), loads.map(make_plain)))
def test_deriving_what_was_touched_equals_deriving_all(
    server: Server, tmp_path: Path, loads: list[Load]
) -> None:
    check_derivation(server, tmp_path / "trial", loads)


def draw_chain(seed: int) -> list[Load]:
    """Draw plays of one song, each within reach of the next, that come to light in any order.

    Where scrobbles are among them, that is the reach of a start.
    """
    rng = random.Random(seed)
    told = (HISTORY, POLL, WATCHER, *((SCROBBLE,) * (seed % 3)))
    steps = (15, 90) if seed % 3 == 0 else (15, 900)
    times = itertools.accumulate(rng.randrange(*steps) for _ in range(10))
    chain = [(rng.choice(told), [Heard(time, rng.randrange(3), 0)]) for time in times]
    rng.shuffle(chain)
    return chain


@settings(usual, max_examples=lengthen(2), phases=[Phase.generate])
@given(loads=st.integers(0, 99_999).map(draw_chain))
def test_long_clusters_are_found_whole_from_any_of_their_plays(
    server: Server, tmp_path: Path, loads: list[Load]
) -> None:
    check_derivation(server, tmp_path / "trial", loads)


def check_derivation(server: Server, folder: Path, loads: list[Load]) -> None:
    """Check that the plays are those of the rules, and that deriving all again changes nothing."""
    for trial in lend_trial(server, folder):
        before_all: Load = POLL, [Heard(-900_500, 4, 0)]
        trial.load_all([before_all, *loads])
        if loads == make_plain(loads):
            assert trial.read_plays() == refer([before_all, *loads])
        before = trial.read()
        trial.derive_all()
        later = [play for play in trial.read() if play not in before]
        assert [play[1] for play in later] == [make_track("Long before")["uri"]]
        assert len(trial.read()) == len(before) + 1
