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
from everheard.ledger.rules.pairing import pair_plays
from everheard.ledger.summaries import render_summaries

#: The order in which staged rows become dimensions: each file needs those before it.
DIMENSION_STATEMENTS = (
    "analyze_stage",
    "dim_artist",
    "dim_album",
    "touched_length",
    "dim_track",
    "named_album",
    "bridges",
    "dim_context",
)


def derive(
    cursor: Cursor,
    listener_key: int,
    staged: list[bytes],
    observations: tuple[str, ...],
    *,
    summarises: bool = True,
) -> None:
    """Load what was staged and derive what it touches: two round trips, however much there is.

    ``staged``: statements to send first; ``observations``: the files that add what was
    observed and note what of it was new; ``summarises``: whether the summaries follow at
    once, or with the listener's next load.
    """
    mine = {"listener_key": listener_key}
    dimensions = [render(cursor, name) for name in (*DIMENSION_STATEMENTS, "match_class")]
    steps = ("etl_changed_class", "take_changed_class", *observations, "touched_cluster")
    send(cursor, *staged, *dimensions, *(render(cursor, step, mine) for step in steps))
    pairs = list(_pair_clusters(cursor.fetchall()))
    send(
        cursor,
        render_insert(cursor, "staged_pair", pairs),
        render(cursor, "fact_play", mine),
        render(cursor, "touched_span", mine),
        render_summaries(cursor, listener_key) if summarises else b"",
    )


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
