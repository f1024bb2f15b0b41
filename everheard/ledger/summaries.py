"""The small tables that questions over many years are answered from, derived anew.

They follow from the plays and from what the views make of them (time zone, lengths of
tracks, exclusions). Whoever changes one of these writes a span into etl_touched_span;
the listener's touched months are derived again here, under the listener's lock: in the
transaction that changed them, or after an import, which has changed too much for one.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from everheard.config import Settings
from everheard.database.connect import connect, translate_errors
from everheard.database.statements import render, send
from everheard.database.transactions import open_transaction

_BY_TRACK = ("summary_month_track", "summary_track")
_BY_TIME = ("summary_hour", "summary_session")

_TOUCHED = ("summary_touched", "summary_play")

#: In this order: the first three find what was touched, the last clears up.
SUMMARY_STATEMENTS = ("summary_month", *_TOUCHED, *_BY_TIME, *_BY_TRACK, "summary_end")


def render_summaries(cursor: Cursor, listener_key: int) -> bytes:
    """Return the statements that derive a listener's touched summaries, for one round trip."""
    return _render(cursor, SUMMARY_STATEMENTS, {"listener_key": listener_key})


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
            first = _render(cursor, ("plan_history", "lock_listener", "summary_month"), mine)
        with open_transaction(connection, first) as cursor, ThreadPoolExecutor(1) as thread:
            send(cursor, render(cursor, "read_touched_month"))
            months = cursor.fetchone()
            if months and months[0]:
                beside = thread.submit(_derive_by_time, settings, listener_key, *months)
                steps = ("summary_touched", "summary_play_once", *_BY_TRACK)
                send(cursor, _render(cursor, steps, mine))
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
            first = _render(cursor, ("plan_history", "summary_month_given"), parameters)
        with open_transaction(connection, first) as cursor:
            send(cursor, _render(cursor, (*_TOUCHED, *_BY_TIME), parameters))
        with connection.cursor() as cursor:
            send(cursor, render(cursor, "analyze_ledger"))


def _render(cursor: Cursor, names: tuple[str, ...], parameters: Mapping[str, object]) -> bytes:
    return b"\n".join(render(cursor, name, parameters) for name in names)
