"""Whatever happens, in whatever order, the summaries are what one derives from nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg2
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from everheard.config import read_settings
from everheard.database.statements import render, send
from everheard.ledger import flows
from everheard.ledger.catalogue import load_answers
from everheard.ledger.exclusions import Rule, delete_exclusion, insert_exclusion
from everheard.ledger.history import ImportLabel, ImportTarget, load_history
from everheard.ledger.listeners import update_listener
from everheard.ledger.ranks import load_ranks
from everheard.ledger.recordings import decide_recording, join_names, join_recordings
from everheard.ledger.summaries import derive_summaries
from everheard.names import fold_name
from everheard.sources.spotify.rows.catalogue import AnswerStage
from everheard.sources.spotify_export.files import find_sources
from everheard.sources.spotify_export.reader import BatchReader
from tests.everheard.ledger.ledger import Ledger, add_listener
from tests.everheard.pages import Json, make_artist, make_item, make_track
from tests.everheard.sources.spotify_export.history_files import make_row, write_file
from tests.long_form import lengthen
from tests.postgres import Server

Event = tuple[Any, ...]

TABLES = ("summary_hour", "summary_session", "summary_month_track", "summary_track")
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Pacific/Kiritimati", "Pacific/Honolulu")
#: Seconds after noon: near one another, near a pause of half an hour, over midnight, months away.
HOUR, DAY = 3_600, 86_400
SECONDS = st.one_of(
    st.integers(0, 4).map(lambda n: n * 25),
    st.integers(0, 6).map(lambda n: n * 1_790),
    st.integers(-2, 2).map(lambda n: 12 * HOUR + n * 60),
    st.integers(-3, 3).map(lambda n: n * 30 * DAY + 12 * HOUR),
)
#: (title, artists, code, length in seconds): two releases of a song, its guest's, an interlude.
SONGS: tuple[tuple[str, tuple[str, ...], str, int], ...] = (
    ("Song", ("Band",), "DEA120500001", 200),
    ("Song", ("Band", "Guest"), "DEA120500001", 200),
    ("Interlude", ("Band",), "DEA120500002", 20),
    ("Other", ("Stranger",), "DEA120500003", 240),
)
#: What happens to whom: 0 or 1. Lengths are those that an answer tells.
songs = st.integers(0, len(SONGS) - 1)
lengths = st.sampled_from((5, 20, 29, 200, 1_200))
heard = st.tuples(SECONDS, songs, st.sampled_from((0, 4, 6, 21, 180, 5_000)))
rules = st.one_of(
    st.sampled_from(("Band", "Guest")).map(lambda name: Rule("artist", name, fold_name(name))),
    st.sampled_from(("Song", "Interlude")).map(lambda name: Rule("track", name, fold_name(name))),
    st.just(Rule("album", "Record", "record")),
    st.just(Rule("context", "spotify:playlist:sleep")),
    st.just(Rule("hours", first_hour=23, end_hour=7)),
    st.just(Rule("dates", first_date=date(2026, 3, 1), last_date=date(2026, 3, 2))),
)
who = st.integers(0, 1)
events = st.lists(
    st.one_of(
        st.tuples(st.just("poll"), who, st.lists(heard, min_size=1, max_size=4)),
        st.tuples(st.just("bring"), who, st.lists(heard, min_size=1, max_size=4)),
        st.tuples(st.just("answer"), songs, lengths, st.booleans()),
        st.tuples(st.just("exclude"), who, rules),
        st.tuples(st.just("undo"), who, rules),
        st.tuples(st.just("decide"), songs, songs, st.sampled_from((True, False, None))),
        st.tuples(st.just("move"), who, st.sampled_from(ZONES)),
        st.tuples(st.just("rank")),
    ),
    min_size=2,
    max_size=7,
)


def make_song(number: int, seconds: int | None = None, has_guest: bool = False) -> Json:
    """Return a track as Spotify tells of it."""
    name, artists, code, known = SONGS[number]
    track = make_track(
        name,
        artists,
        edition=str(number),
        duration_ms=1_000 * (seconds or known),
        external_ids={"isrc": code},
    )
    if has_guest:
        track["artists"] = [*track["artists"], make_artist("Guest")]
    return track


class World:
    """Two listeners of one ledger, and all that can happen to them."""

    def __init__(self, url: str, folder: Path) -> None:
        self._url, self._folder = url, folder
        self.connection = psycopg2.connect(url)
        self.connection.autocommit = True
        self.ledgers: list[Ledger] = [
            add_listener(self.connection, name) for name in ("ana", "bob")
        ]
        for ledger in self.ledgers:
            ledger.poll(self._idle())

    def _idle(self) -> Json:
        return make_item(-400 * DAY, make_track("Long before"))

    def happen(self, event: Event) -> None:
        """Let one thing happen, as the jobs and commands do it."""
        name, *details = event
        does: Callable[..., None] = getattr(self, name)
        does(*details)

    def poll(self, whose: int, plays: list[tuple[int, int, int]]) -> None:
        """Poll; what was listened for under five seconds was started from a playlist."""
        self.ledgers[whose].poll(
            *(
                make_item(second, make_song(song), "spotify:playlist:sleep" if played < 5 else None)
                for second, song, played in plays
            )
        )

    def bring(self, whose: int, plays: list[tuple[int, int, int]]) -> None:
        """Import a history, as ``jobs.import_history`` does."""
        rows = [
            make_row(
                second,
                SONGS[song][0],
                SONGS[song][1][0],
                spotify_track_uri=make_song(song)["uri"],
                ms_played=played * 1_000,
                reason_end="fwdbtn" if played < 30 else "trackdone",
                skipped=None if song % 2 else played < 30,
            )
            for second, song, played in plays
        ]
        key = self.ledgers[whose].listener_key
        files = find_sources([str(write_file(self._folder / "history", rows))]).files
        now = datetime(2026, 11, 20, tzinfo=UTC)
        with (
            TemporaryDirectory(dir=self._folder) as scratch,
            closing(BatchReader(Path(scratch), now)) as reader,
        ):
            batch = reader.read(files)
            target = ImportTarget(key, "UTC", now)
            load_history(
                self.connection,
                target=target,
                label=ImportLabel(["x"], 1),
                load=lambda history: history.add(batch.tables),
            )
        join_names(self.connection)
        derive_summaries(self.connection, self._settings, key)

    @property
    def _settings(self) -> Any:
        return read_settings({"DATABASE_URL": self._url}, needs_spotify=False)

    def answer(self, song: int, seconds: int, has_guest: bool) -> None:
        """Let Spotify describe a track, as ``jobs.artists_and_tracks`` does."""
        stage = AnswerStage()
        stage.add_track(make_song(song)["id"], make_song(song, seconds, has_guest))
        load_answers(self.connection, stage.rows, stage.paged_albums)
        self._end_enriching()

    def _end_enriching(self) -> None:
        join_recordings(self.connection)

    def exclude(self, whose: int, rule: Rule) -> None:
        """Leave out what fits."""
        key = self.ledgers[whose].listener_key
        insert_exclusion(self.connection, listener_key=key, rule=rule)

    def undo(self, whose: int, rule: Rule) -> None:
        """Take a rule back."""
        key = self.ledgers[whose].listener_key
        delete_exclusion(self.connection, listener_key=key, rule=rule)

    def decide(self, first: int, second: int, is_same: bool | None) -> None:
        """Say whether two tracks are one recording, where both are known."""
        ids = [make_song(number)["id"] for number in (first, second)]
        known = self.read("select track_id from warehouse.dim_track where track_id = any(%s)", ids)
        if len(known) == 2:
            decide_recording(self.connection, ids[0], ids[1], is_same=is_same)
            self._end_enriching()

    def move(self, whose: int, zone: str) -> None:
        """Move to another time zone."""
        key = self.ledgers[whose].listener_key
        update_listener(self.connection, listener_key=key, timezone=zone)

    def rank(self) -> None:
        """Rank the albums, which adds up what waits."""
        load_ranks(self.connection)

    def settle(self) -> None:
        """Let everybody's next hourly run find nothing new."""
        for ledger in self.ledgers:
            ledger.poll(self._idle())

    def read(self, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        return self.ledgers[0].read(query, *parameters)

    def read_summaries(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return what stands in every summary."""
        return {
            table: self.read(f"select t::text from warehouse.{table} as t order by 1")
            for table in TABLES
        }

    def derive_from_nothing(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return what the summaries would be, made anew; nothing of it is kept."""
        with self.connection.cursor() as cursor:
            cursor.execute("begin")
            for table in (*TABLES, "etl_summary", "etl_excluded_track", "etl_touched_span"):
                cursor.execute(f"delete from warehouse.{table}")
            for ledger in self.ledgers:
                mine = {"listener_key": ledger.listener_key}
                trips = (flows.ALL_MONTHS, flows.SUMMARIES)
                send(cursor, *(render(cursor, trip, mine) for trip in trips))
            made = self.read_summaries()
            cursor.execute("rollback")
        return made


@pytest.fixture(scope="session")
def server(postgres_server: Server, template_database: str) -> Server:
    return postgres_server


def live(server: Server, folder: Path) -> Iterator[World]:
    """Lend a world with nothing in it."""
    folder.mkdir(exist_ok=True)
    with server.lend_database(server.template) as url:
        world = World(url, folder)
        yield world
        world.connection.close()


#: An interlude is imported before anybody tells its length: it was heard whole.
SHORT = [("bring", 0, [(0, 2, 21)]), ("answer", 2, 20, False)]
#: A song is left out, then turns out to be one with another: both are left out.
JOINED = [
    ("bring", 0, [(0, 0, 180), (HOUR, 1, 180)]),
    ("exclude", 0, Rule("track", "Song", "song", spotify_id=make_song(0)["id"])),
    ("answer", 0, 200, False),
    ("answer", 1, 200, False),
]
#: What one listener leaves out, the other's poll shows a guest of.
SHOWN_BY_ANOTHER = [
    ("bring", 0, [(0, 1, 180)]),
    ("bring", 0, [(0, 0, 180)]),
    ("poll", 1, [(0, 0, 180)]),
    ("exclude", 0, Rule("artist", "Guest", "guest")),
    ("poll", 1, [(HOUR, 1, 180)]),
]
#: A long play reaches back over the month's end, to two sessions at once.
LONG = [
    ("bring", 0, [(30 * DAY + 10 * HOUR + n, 0, 30) for n in (0, 2_000, 4_000)]),
    ("bring", 0, [(30 * DAY + 12 * HOUR + 60, 3, 5_000)]),
]


@settings(
    max_examples=lengthen(6),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(history=events)
@example(history=SHORT)
@example(history=JOINED)
@example(history=SHOWN_BY_ANOTHER)
@example(history=LONG)
def test_whatever_happens_the_summaries_are_those_from_nothing(
    server: Server, tmp_path: Path, history: list[Event]
) -> None:
    for world in live(server, tmp_path / "world"):
        for event in history:
            world.happen(event)
        world.settle()
        assert world.read_summaries() == world.derive_from_nothing()
