"""What every way into the ledger shares: dimensions, observations, derived plays.

Staged rows become dimensions, dimensions decide the match classes, new observations
touch clusters of plays, and those clusters are derived again, with the summaries of
their months: all in the caller's transaction, under the listener's lock.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any

from psycopg2.extensions import cursor as Cursor

from everheard.database.statements import render, render_insert, send
from everheard.database.trips import Derivation
from everheard.ledger.rules.sources import Observation, pair_sources


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


def _pair_clusters(rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """Yield (what is weaker, what it is one play with): of each its trust, moment and track.

    ``rows``: (match_key, cluster_number, trust, moment, track_key, ms_played, length_ms), sorted.
    """
    for _, cluster in groupby(rows, key=itemgetter(0, 1)):
        sides: dict[int, list[Observation]] = {}
        for place, (_, _, trust, moment, track_key, ms_played, length_ms) in enumerate(cluster):
            told = Observation(trust, moment, track_key, ms_played, length_ms, place)
            sides.setdefault(trust, []).append(told)
        for weaker, stronger in pair_sources(sides):
            yield *weaker[:3], *stronger[:3]
