"""The recorded gaps say of every play heard what the design says, whatever was seen when.

Pages in any order, full or not, with imports among them, against a listener who played
one track after the other without a pause.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import psycopg2
import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st
from psycopg2.extensions import connection as Connection

from everheard.sources.spotify.rows import PAGE_LIMIT
from jobs import import_history
from tests.everheard.ledger.ledger import Ledger, add_listener
from tests.everheard.pages import at, make_item, make_track
from tests.everheard.sources.spotify_export.history_files import make_row, write_file
from tests.long_form import lengthen
from tests.postgres import Server

HEARD = range(400)
STEP_S = 240
TRACKS = [make_track(f"Song {number}", duration_ms=STEP_S * 1000) for number in HEARD]


class Seen(NamedTuple):
    """So many plays in a row, as a page or as a file of a history shows them."""

    first: int
    count: int
    is_import: bool

    @property
    def plays(self) -> range:
        return range(self.first, min(self.first + self.count, len(HEARD)))


@dataclass
class Design:
    """What the design says of each play: whether it lies in an open gap, or in a closed one."""

    open: set[int] = field(default_factory=set)
    closed: set[int] = field(default_factory=set)
    polled: set[int] = field(default_factory=set)
    imported: set[int] = field(default_factory=set)

    def see(self, seen: Seen) -> None:
        plays = set(seen.plays)
        if seen.is_import:
            self.imported |= plays if len(plays) > 1 else set()  # one play is but a moment
        else:
            self.open -= plays
            earlier = [play for play in self.polled if play < seen.first]
            is_full = len(plays) == PAGE_LIMIT
            if is_full and seen.first not in self.polled and earlier:
                self.open |= set(range(max(earlier) + 1, seen.first))
            if self.polled and max(plays) < min(self.polled):  # it comes late
                self.open |= set(range(max(plays) + 1, min(self.polled)))
            self.polled |= plays
        self.closed |= self.open & self.imported
        self.open -= self.imported


class ListenerLedger:
    """The ledger of one listener, and what is seen of the plays."""

    def __init__(self, connection: Connection, name: str, folder: Path) -> None:
        self._ledger: Ledger = add_listener(connection, name)
        self._name = name
        self._folder = folder

    def see(self, seen: Seen) -> None:
        if not seen.is_import:
            self._ledger.poll(*(make_item(play * STEP_S, TRACKS[play]) for play in seen.plays))
            return
        rows = [make_row(play * STEP_S, f"Song {play}") for play in seen.plays]
        path = write_file(self._folder, rows)
        assert import_history.main([str(path), "--listener", self._name]) == 0

    def read(self, *, is_open: bool) -> list[range]:
        """Return the gaps in numbers of plays; both ends were seen."""
        rows = self._ledger.read(
            "select extract(epoch from gap_start - %s) / %s, extract(epoch from gap_end - %s) / %s"
            " from warehouse.etl_gap where listener_key = %s and (closed_at is null) = %s",
            *(at(0), STEP_S) * 2,
            self._ledger.listener_key,
            is_open,
        )
        return [range(int(start), int(end)) for start, end in rows]


@pytest.fixture(scope="module")
def open_ledgers(
    postgres_server: Server, template_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Iterator[ListenerLedger]]:
    """Yield the ledger of one new listener after the other, in one database."""
    folder = tmp_path_factory.mktemp("gaps")
    with (
        pytest.MonkeyPatch.context() as patch,
        postgres_server.lend_database(template_database) as url,
        closing(psycopg2.connect(url)) as connection,
    ):
        connection.autocommit = True
        patch.setenv("DATABASE_URL", url)
        patch.setenv("EVERHEARD_HOME", str(folder / "home"))
        yield (ListenerLedger(connection, f"listener {n}", folder) for n in itertools.count())


#: A gap, a moment of it, the middle of it, a page in it, the rest of it, a gap noticed late,
#: and a full page that begins where one began that hid nothing.
ALL_KINDS = [
    Seen(0, 2, is_import=False),
    Seen(200, 50, is_import=False),
    Seen(70, 1, is_import=True),
    Seen(91, 40, is_import=True),
    Seen(20, 49, is_import=False),
    Seen(1, 300, is_import=True),
    Seen(290, 50, is_import=False),
    Seen(349, 2, is_import=False),
    Seen(349, 50, is_import=False),
]

#: A page before everything polled, out of another machine's spool, and one before that.
LATE = [
    Seen(300, 2, is_import=False),
    Seen(200, 49, is_import=False),
    Seen(100, 50, is_import=False),
    Seen(140, 30, is_import=True),
]


def draw_sightings(seed: int) -> list[Seen]:
    """Draw pages, most of them full and later than those before, and an import somewhere."""
    rng = random.Random(seed)
    starts = rng.choices(range(0, len(HEARD) - PAGE_LIMIT, 10), k=rng.randint(3, 5))
    if rng.random() < 0.6:
        starts.sort()
    counts = [PAGE_LIMIT, PAGE_LIMIT, PAGE_LIMIT, PAGE_LIMIT - 1, 2]
    seen = [Seen(start, rng.choice(counts), is_import=False) for start in starts]
    history = Seen(rng.randrange(0, len(HEARD), 7), rng.choice([1, 2, 60, 150]), is_import=True)
    seen.insert(rng.randint(0, len(seen)), history)
    return seen


# Nothing is shrunk: it would take minutes, and what a run has seen is told as it is.
@settings(max_examples=lengthen(6), phases=[Phase.explicit, Phase.generate])
@given(st.integers(0, 99_999).map(draw_sightings))
@example(ALL_KINDS)
@example(LATE)
def test_recorded_gaps_are_those_of_the_design(
    open_ledgers: Iterator[ListenerLedger], sightings: list[Seen]
) -> None:
    design, ledger = Design(), next(open_ledgers)
    for seen in sightings:
        design.see(seen)
        ledger.see(seen)
        missing = {play for gap in ledger.read(is_open=True) for play in gap[1:]}
        assert missing == design.open
        filled = {play for gap in ledger.read(is_open=False) for play in (*gap, gap.stop)}
        assert filled - design.polled == design.closed - design.polled
