"""Which polled play and which history row are the same play."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import datetime, timedelta

#: A poll and a history tell the end of one play at most this far apart. The clusters of
#: sql/load/derive/touched_cluster.sql are runs of observations no farther apart: change both.
REACH = timedelta(seconds=90)

# Score of a choice of pairs: more pairs first, then less distance in all.
_Score = tuple[int, timedelta]


def pair_plays(
    polls: Sequence[datetime], history: Sequence[datetime], *, reach: timedelta = REACH
) -> list[tuple[int, int]]:
    """Return the pairs (index into polls, index into history) that are one play each.

    Both sequences hold the ends of plays of one match class by one listener, in the
    order of time. Pairs never cross and lie within ``reach``. Of all such choices the
    one with most pairs is taken, then with the least total distance, then the one
    that pairs the earliest poll, with the earliest history row. ("Nearest first" was
    tried: it doubles short tracks and restarts.)

    Takes time proportional to the polls times the history rows within reach of one.
    """
    rows = _score_suffixes(polls, history, reach)
    pairs: list[tuple[int, int]] = []
    i, j = 0, 0
    while i < len(polls):
        low, high, _ = rows[i]
        j = max(j, low)
        best = _score_at(rows, i, j)
        if j < high and _with_pair(rows, polls, history, i, j) == best:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif j < high and _score_at(rows, i, j + 1) == best:
            j += 1
        else:
            i += 1
    return pairs


# For poll i: the history rows within reach are low <= j < high; scores[j - low] is the best
# score that polls from i on can reach with history rows from j on, for low <= j <= high.
_Row = tuple[int, int, list[_Score]]


def _score_suffixes(
    polls: Sequence[datetime], history: Sequence[datetime], reach: timedelta
) -> list[_Row]:
    rows: list[_Row] = [(0, 0, [])] * len(polls)
    for i in range(len(polls) - 1, -1, -1):
        low = bisect_left(history, polls[i] - reach)
        high = bisect_right(history, polls[i] + reach)
        scores = [(0, timedelta())] * (high - low + 1)
        rows[i] = (low, high, scores)
        scores[high - low] = _score_at(rows, i + 1, high)
        for j in range(high - 1, low - 1, -1):
            scores[j - low] = max(
                _with_pair(rows, polls, history, i, j),
                scores[j - low + 1],
                _score_at(rows, i + 1, j),
            )
    return rows


def _score_at(rows: list[_Row], i: int, j: int) -> _Score:
    """Return the best score from poll i and history row j on; rows too early count for nothing."""
    while i < len(rows):
        low, high, scores = rows[i]
        if j <= high:
            return scores[max(j, low) - low]
        i += 1
    return (0, timedelta())


def _with_pair(
    rows: list[_Row], polls: Sequence[datetime], history: Sequence[datetime], i: int, j: int
) -> _Score:
    pairs, nearness = _score_at(rows, i + 1, j + 1)
    return pairs + 1, nearness - abs(polls[i] - history[j])
