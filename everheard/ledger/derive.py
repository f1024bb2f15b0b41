"""What every way into the ledger shares: dimensions, observations, derived plays.

Staged rows become dimensions, dimensions decide the match classes, new observations
touch clusters of plays, and those clusters are derived again, with the summaries of
their months: all in the caller's transaction, under the listener's lock.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from psycopg2.extensions import cursor as Cursor

from everheard.database.statements import render, render_insert, send
from everheard.database.trips import Derivation
from everheard.ledger.rules.pairing import pair_plays


def derive(
    cursor: Cursor,
    flow: Derivation,
    listener_key: int,
    staged: Iterable[bytes] = (),
    *,
    import_key: int = 0,
) -> None:
    """Load what was staged and derive what it touches: two round trips, however much there is.

    ``staged``: the rows to observe, as statements, where the flow has a place for them.
    ``import_key``: the import that brings or loses plays, where one does.
    """
    mine = {"listener_key": listener_key, "import_key": import_key}
    send(cursor, render(cursor, flow.observe, mine, staged))
    pairs = render_insert(cursor, "staged_pair", list(_pair_clusters(cursor.fetchall())))
    send(cursor, render(cursor, flow.derive, mine, [pairs]))


def _pair_clusters(rows: Iterable[tuple[Any, ...]]) -> Iterable[tuple[Any, ...]]:
    """Yield (poll's end and track, history row's end and track) for every pair.

    ``rows``: (match_key, cluster_number, is_poll, played_at, track_key), sorted.
    """
    for _, cluster in groupby(rows, key=itemgetter(0, 1)):
        sides: dict[bool, list[tuple[datetime, int]]] = {True: [], False: []}
        for _, _, is_poll, played_at, track_key in cluster:
            sides[is_poll].append((played_at, track_key))
        polls, history = sides[True], sides[False]
        times = [at for at, _ in polls], [at for at, _ in history]
        for poll, row in pair_plays(*times):
            yield *polls[poll], *history[row]
