"""The small tables that questions over many years are answered from, derived anew.

They follow from the plays and from what the views make of them (time zone, lengths of
tracks, exclusions). Whoever changes one of these writes a span into etl_touched_span;
the listener's touched months are derived again here, under the listener's lock: in the
transaction that changed them, or after an import, which has changed too much for one.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import NamedTuple

from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from everheard.config import Settings
from everheard.database.connect import connect, translate_errors
from everheard.database.statements import render, send
from everheard.database.transactions import open_transaction
from everheard.ledger import flows
from everheard.ledger.listeners import read_listeners

#: Months of each listener that a look at the summaries compares.
SAMPLED_MONTHS = 6


class SummarySample(NamedTuple):
    """How many months were compared with their plays, and how many sums are not theirs."""

    month_count: int
    wrong_count: int


def read_sample(connection: Connection) -> SummarySample:
    """Compare the summaries of a few months, drawn anew each time, with what the plays say."""
    with translate_errors(), connection.cursor() as cursor:
        send(cursor, render(cursor, flows.STALE_SUMMARIES, {"month_count": SAMPLED_MONTHS}))
        return SummarySample(*(cursor.fetchone() or (0, 0)))


def derive_all(connection: Connection) -> int:
    """Derive every summary of every listener again; return how many listeners there are.

    Raises DatabaseTrouble or SchemaMismatch.
    """
    known = read_listeners(connection).known
    with translate_errors():
        for one in known:
            mine = {"listener_key": one.listener_key}
            with connection.cursor() as plain:
                lock = render(plain, flows.LISTENER_LOCK, mine)
            with open_transaction(connection, lock) as cursor:
                trips = (flows.ALL_MONTHS, flows.SUMMARIES)
                send(cursor, *(render(cursor, trip, mine) for trip in trips))
    return len(known)


def render_summaries(cursor: Cursor, listener_key: int) -> bytes:
    """Return the statements that derive a listener's touched summaries, for one round trip."""
    return render(cursor, flows.SUMMARIES, {"listener_key": listener_key})


def derive_summaries(connection: Connection, settings: Settings, listener_key: int) -> None:
    """Derive a listener's touched summaries in a transaction of its own, on two connections.

    The one by track takes as long as the one by time and telling the planner what has become
    of the tables, and a database has a core for each. Only the first holds the lock and takes
    the noted spans: it commits after the second, so that whatever fails, the spans are still
    there. Raises DatabaseTrouble.
    """
    mine = {"listener_key": listener_key}
    with translate_errors():
        with connection.cursor() as cursor:
            first = render(cursor, flows.TOUCHED_MONTHS, mine)
        with open_transaction(connection, first) as cursor, ThreadPoolExecutor(1) as thread:
            send(cursor, render(cursor, flows.MONTHS))
            months = cursor.fetchone()
            if months and months[0]:
                beside = thread.submit(_derive_by_time, settings, listener_key, *months)
                send(cursor, render(cursor, flows.SUMMARIES_BY_TRACK, mine))
                beside.result()


def _derive_by_time(
    settings: Settings,
    listener_key: int,
    month_dates: object,
    month_starts: object,
    month_ends: object,
) -> None:
    parameters = {
        "listener_key": listener_key,
        "month_dates": month_dates,
        "month_starts": month_starts,
        "month_ends": month_ends,
    }
    with closing(connect(settings, application="everheard summaries")) as connection:
        with connection.cursor() as cursor:
            first = render(cursor, flows.GIVEN_MONTHS, parameters)
        with open_transaction(connection, first) as cursor:
            send(cursor, render(cursor, flows.SUMMARIES_BY_TIME, parameters))
        with connection.cursor() as cursor:
            send(cursor, render(cursor, flows.ANALYZE))
