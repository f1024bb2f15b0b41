"""Which observations of two sources are the same play."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

#: Two sources tell the end of one play at most this far apart. The clusters of
#: sql/load/derive/touched_cluster.sql are made of stretches no shorter: change both, and what
#: is below.
REACH = timedelta(seconds=90)
#: A play is paused for no longer than this.
LONGEST_PAUSE = timedelta(minutes=30)
#: How long a track is taken to be where nobody says.
USUAL_LENGTH = timedelta(minutes=10)
#: Nothing that is longer is taken for one play.
LONGEST_PLAY = timedelta(hours=24)

# Score of a choice of pairs: more pairs first, then less distance in all.
_Score = tuple[int, timedelta]


class StandingPlay(NamedTuple):
    """A play by its end, how long it was heard where that was measured, and its track's length."""

    ended_at: datetime
    ms_played: int | None = None
    length_ms: int | None = None

    @property
    def length(self) -> timedelta:
        """Return how long it lasted at least, pauses excluded, as far as that is known."""
        told = self.length_ms if self.ms_played is None else self.ms_played
        return USUAL_LENGTH if told is None else min(timedelta(milliseconds=told), LONGEST_PLAY)


class Candidates(NamedTuple):
    """What may be paired, by indexes into a weaker side and a stronger one.

    ``bands``: for each of the weaker side, from which of the stronger one (included) to which
    (excluded) its candidates lie; neither ever falls. ``measure`` gives the distance of two,
    None where they are no candidates after all.
    """

    bands: Sequence[tuple[int, int]]
    measure: Callable[[int, int], timedelta | None]


def match_ends(weaker: Sequence[datetime], stronger: Sequence[datetime]) -> Candidates:
    """Return which ends of plays may be one: those that are told within reach."""
    bands = [
        (bisect_left(stronger, end - REACH), bisect_right(stronger, end + REACH)) for end in weaker
    ]
    return Candidates(bands, lambda i, j: abs(weaker[i] - stronger[j]))


def match_starts(starts: Sequence[datetime], plays: Sequence[StandingPlay]) -> Candidates:
    """Return which starts may be those of plays that are known by their end.

    A play of length L that ends at E began at E - L, earlier where it was paused: half an hour
    at most, and not before the one before it ended. Where L was measured, it began no later.
    """
    ends = [play.ended_at for play in plays]
    bands = [
        (bisect_left(ends, start), min(bisect_right(ends, start + REACH) + 1, len(ends)))
        for start in starts
    ]

    def measure(i: int, j: int) -> timedelta | None:
        play = plays[j]
        late = starts[i] - (play.ended_at - play.length)
        is_too_late = play.ms_played is not None and late > REACH
        return None if late < -LONGEST_PAUSE or is_too_late else abs(late)

    return Candidates(bands, measure)


def pair_plays(weaker: Sequence[datetime], stronger: Sequence[datetime]) -> list[tuple[int, int]]:
    """Return the pairs of ends of plays, both in the order of time: see pair_candidates."""
    return pair_candidates(match_ends(weaker, stronger))


def pair_candidates(candidates: Candidates) -> list[tuple[int, int]]:
    """Return the pairs (index into the weaker side, into the stronger one) that are one play each.

    Both sides are what two sources tell of plays of one match class by one listener, in the
    order of time. Pairs never cross. Of all choices of candidates the one with most pairs is
    taken, then with the least total distance, then the one that pairs the earliest of the
    weaker side, with the earliest of the stronger. ("Nearest first" was tried: it doubles
    short tracks and restarts.)

    Takes time proportional to the weaker side times the candidates of one.
    """
    bands, measure = candidates
    rows = _score_suffixes(bands, measure)
    pairs: list[tuple[int, int]] = []
    i, j = 0, 0
    while i < len(bands):
        low, high = bands[i]
        j = max(j, low)
        best = _score_at(rows, i, j)
        if j < high and _with_pair(rows, measure, i, j) == best:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif j < high and _score_at(rows, i, j + 1) == best:
            j += 1
        else:
            i += 1
    return pairs


# For i of the weaker side: its candidates lie at low <= j < high; scores[j - low] is the best
# score that those from i on can reach with the stronger ones from j on, for low <= j <= high.
_Row = tuple[int, int, list[_Score]]
_NOTHING: _Score = (0, timedelta())
_NO_PAIR: _Score = (-1, timedelta())


def _score_suffixes(
    bands: Sequence[tuple[int, int]], measure: Callable[[int, int], timedelta | None]
) -> list[_Row]:
    rows: list[_Row] = [(0, 0, [])] * len(bands)
    for i in range(len(bands) - 1, -1, -1):
        low, high = bands[i]
        scores = [_NOTHING] * (high - low + 1)
        rows[i] = (low, high, scores)
        scores[high - low] = _score_at(rows, i + 1, high)
        for j in range(high - 1, low - 1, -1):
            scores[j - low] = max(
                _with_pair(rows, measure, i, j),
                scores[j - low + 1],
                _score_at(rows, i + 1, j),
            )
    return rows


def _score_at(rows: list[_Row], i: int, j: int) -> _Score:
    """Return the best score from i and j on; what comes too early counts for nothing."""
    while i < len(rows):
        low, high, scores = rows[i]
        if j <= high:
            return scores[max(j, low) - low]
        i += 1
    return _NOTHING


def _with_pair(
    rows: list[_Row], measure: Callable[[int, int], timedelta | None], i: int, j: int
) -> _Score:
    distance = measure(i, j)
    if distance is None:
        return _NO_PAIR
    pairs, nearness = _score_at(rows, i + 1, j + 1)
    return pairs + 1, nearness - distance
