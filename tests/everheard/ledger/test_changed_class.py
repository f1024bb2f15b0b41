"""Two listeners writing at one moment, one of whom changes a match class of the other's.

The duet shows that a song by "Band" and one by "Alias" are the same song.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg2
from psycopg2.extensions import cursor as Cursor

from tests.everheard.ledger.ledger import HistoryRow, Ledger, Play
from tests.everheard.pages import at, make_item, make_track

SONG = make_track("Song", ["Band"])
DUET = make_track("Song", ["Band", "Alias"])
WAIT_S = 30


@contextmanager
def hold_before_commit(
    url: str, listener_key: int, work: Callable[[Ledger], Any]
) -> Iterator[None]:
    """Do a listener's work up to its commit, lend the moment, then let it commit."""
    arrived, leave = threading.Event(), threading.Event()

    class Held(Cursor):
        def execute(self, query: Any, parameters: Any = None) -> None:
            if query == "commit":
                arrived.set()
                assert leave.wait(WAIT_S)
            super().execute(query, parameters)

    connection = psycopg2.connect(url, cursor_factory=Held)
    connection.autocommit = True
    thread = threading.Thread(target=work, args=(Ledger(connection, listener_key),))
    thread.start()
    try:
        assert arrived.wait(WAIT_S)
        yield
    finally:
        leave.set()
        thread.join()
        connection.close()


def wait_until_done_or_waiting(thread: threading.Thread, ledger: Ledger) -> None:
    """Return when the thread is through, or waits for what another transaction holds."""
    waiting = "select 1 from pg_stat_activity where wait_event_type = 'Lock'"
    while thread.is_alive() and not ledger.read(waiting):
        thread.join(0.02)


def test_poll_that_nobody_sees_yet_is_derived_again_with_the_next_run(
    ledger: Ledger, other_ledger: Ledger, database_url: str
) -> None:
    ledger.poll(make_item(-50_000, SONG))
    other_ledger.import_rows(HistoryRow(0, None, "Song", "Alias"))
    poll = make_item(0.4, SONG)

    with hold_before_commit(database_url, other_ledger.listener_key, lambda own: own.poll(poll)):
        ledger.poll(make_item(50_000, DUET))
    assert len(other_ledger.plays()) == 2
    other_ledger.poll(poll)

    assert other_ledger.plays() == [Play(at(0), "Song", 180_000, None)]


def test_note_that_is_taken_while_it_is_made_again_is_not_lost(
    ledger: Ledger, other_ledger: Ledger, database_url: str
) -> None:
    """The run that takes it waits for the class to be changed, and derives from the new one."""
    ledger.poll(make_item(-50_000, SONG))
    other_ledger.import_rows(HistoryRow(0, None, "Song", "Alias"))
    with ledger.connection.cursor() as cursor:
        cursor.execute(
            "insert into warehouse.etl_changed_class (listener_key, match_key)"
            " select %s, match_key from warehouse.dim_track where name = 'Song'",
            (other_ledger.listener_key,),
        )
    poll = make_item(0.4, SONG)

    with closing(psycopg2.connect(database_url)) as connection:
        connection.autocommit = True
        own = Ledger(connection, other_ledger.listener_key)
        beside = threading.Thread(target=own.poll, args=(poll,))
        with hold_before_commit(
            database_url, ledger.listener_key, lambda held: held.poll(make_item(50_000, DUET))
        ):
            beside.start()
            wait_until_done_or_waiting(beside, ledger)
        beside.join()
    other_ledger.poll(poll)

    assert other_ledger.plays() == [Play(at(0), "Song", 180_000, None)]
    assert ledger.read("select 1 from warehouse.etl_changed_class") == []
