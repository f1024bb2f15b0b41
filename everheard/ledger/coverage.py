"""Gaps and what imports cover of them: closed where they lie inside, cut where half inside."""

from __future__ import annotations

from datetime import datetime

from psycopg2.extensions import cursor as Cursor

from everheard.database.statements import render, send
from everheard.ledger import flows
from everheard.ledger.rules.gaps import CoveredGap, Gap, GapPiece, cover_gaps
from everheard.rows import Span


def close_covered_gaps(cursor: Cursor, listener_key: int, *, reopens: bool = False) -> int:
    """Have a listener's gaps closed by what imports cover; return how many stretches it closes.

    The same for a gap that was there before the import and one that is noticed later.
    ``reopens``: look at closed gaps, too, as after an import or an undo: they are closed by
    what is covered now, and by nothing else.
    """
    mine = {"listener_key": listener_key}
    send(cursor, render(cursor, flows.COVERAGE, mine))
    gaps, spans = cursor.fetchone() or (None, None)
    moment = datetime.fromisoformat
    pieces = [
        GapPiece(key, Gap(moment(start), moment(end)), closed_by, goes_on, duration_ms)
        for key, start, end, closed_by, goes_on, duration_ms in gaps or ()
        if reopens or closed_by is None
    ]
    covered = cover_gaps(
        pieces, [Span(moment(start), moment(end), name) for start, end, name in spans or ()]
    )
    known = {CoveredGap(piece.gap, piece.closed_by) for piece in pieces}
    new = [one for one in covered if one not in known]
    kept = set(covered)
    deleted = [
        piece.gap_key for piece in pieces if CoveredGap(piece.gap, piece.closed_by) not in kept
    ]
    if deleted:
        parameters = {
            **mine,
            "deleted": deleted,
            "gap_start": [one.gap.start for one in new],
            "gap_end": [one.gap.end for one in new],
            "closed_by": [one.closed_by for one in new],
        }
        send(cursor, render(cursor, flows.COVERED_GAPS, parameters))
    return sum(one.closed_by is not None for one in new)
