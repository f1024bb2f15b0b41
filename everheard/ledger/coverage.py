"""Gaps that imports cover: closed where they lie inside, cut where they lie half inside."""

from __future__ import annotations

from datetime import datetime

from psycopg2.extensions import cursor as Cursor

from everheard.database.statements import render, send
from everheard.ledger import flows
from everheard.ledger.rules.gaps import Gap, OpenGap, close_gaps
from everheard.rows import Span


def close_covered_gaps(cursor: Cursor, listener_key: int) -> int:
    """Close what any import covers of the listener's open gaps; return how many it touched.

    The same for a gap that was there before the import and one that is noticed later.
    """
    mine = {"listener_key": listener_key}
    send(cursor, render(cursor, flows.COVERAGE, mine))
    gaps, spans = cursor.fetchone() or (None, None)
    moment = datetime.fromisoformat
    closure = close_gaps(
        [
            OpenGap(key, Gap(moment(start), moment(end)), duration_ms)
            for key, start, end, duration_ms in gaps or ()
        ],
        [Span(moment(start), moment(end), name) for start, end, name in spans or ()],
    )
    if closure.deleted:
        pieces = [*((gap, None) for gap in closure.left), *closure.closed]
        parameters = {
            **mine,
            "deleted": closure.deleted,
            "gap_start": [gap.start for gap, _ in pieces],
            "gap_end": [gap.end for gap, _ in pieces],
            "closed_by": [name for _, name in pieces],
        }
        send(cursor, render(cursor, flows.CLOSED_GAPS, parameters))
    return len(closure.deleted)
