"""Sources in the order of trust, and which of their observations make up one play. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from enum import IntEnum
from heapq import merge
from operator import attrgetter
from typing import NamedTuple

from everheard.ledger.rules.pairing import (
    Candidates,
    StandingPlay,
    match_ends,
    match_starts,
    pair_candidates,
)


class Trust(IntEnum):
    """The sources of plays by the order in which they are believed, the most trusted first."""

    HISTORY = 1
    WATCHER = 2
    POLL = 3
    SCROBBLE = 4


class Observation(NamedTuple):
    """What one source tells of one play: its end, or its start where it is a scrobble.

    ``place``: among the observations of its cluster in the order of time, where of one moment
    the more trusted comes first, then the natural keys of the tracks decide.
    """

    trust: int
    moment: datetime
    track_key: int
    ms_played: int | None
    length_ms: int | None
    place: int


def pair_sources(
    sides: Mapping[int, Sequence[Observation]],
) -> Iterator[tuple[Observation, Observation]]:
    """Yield (observation, the more trusted one that tells the same play) of one cluster.

    ``sides``: the observations of each source, in the order of time. One source after the
    other is paired with what stands; what finds no partner stands, too.
    """
    standing: list[Observation] = []
    for trust in sorted(sides):
        told = sides[trust]
        paired = set()
        for i, j in pair_candidates(_match(trust, told, standing)):
            paired.add(i)
            yield told[i], standing[j]
        alone = [one for i, one in enumerate(told) if i not in paired]
        standing = list(merge(standing, alone, key=attrgetter("place"))) if standing else alone


def _match(trust: int, told: Sequence[Observation], standing: Sequence[Observation]) -> Candidates:
    moments = [one.moment for one in told]
    if trust != Trust.SCROBBLE:
        return match_ends(moments, [one.moment for one in standing])
    plays = [StandingPlay(one.moment, one.ms_played, one.length_ms) for one in standing]
    return match_starts(moments, plays)
