"""The small tables that questions over many years are answered from, derived anew.

They follow from the plays and from what the views make of them (time zone, lengths of
tracks, exclusions). Whoever changes one of these writes a span into etl_touched_span;
the listener's touched months are derived again here, in the same transaction.
"""

from __future__ import annotations

from psycopg2.extensions import cursor as Cursor

from everheard.warehouse.statements import render

#: In this order: the first finds what was touched, the last clears up.
SUMMARY_STATEMENTS = (
    "summary_touched",
    "summary_hour",
    "summary_month_track",
    "summary_track",
    "summary_session",
)


def render_summaries(cursor: Cursor, listener_key: int) -> bytes:
    """Return the statements that derive a listener's touched summaries, for one round trip."""
    mine = {"listener_key": listener_key}
    return b"\n".join(render(cursor, name, mine) for name in SUMMARY_STATEMENTS)
