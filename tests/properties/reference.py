"""The plays that follow from what four sources told, by the rules as they are written, naively.

Whatever one song was told is looked at whole and every choice of pairs is compared: no clusters,
no bands, no database. Knows nothing of how the ledger does it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache, partial
from itertools import groupby
from typing import NamedTuple

#: Sources in the order of trust.
HISTORY, WATCHER, POLL, SCROBBLE = 1, 2, 3, 4
#: Seconds.
REACH, PAUSE, USUAL_LENGTH = 90.0, 30 * 60.0, 10 * 60.0


class Track(NamedTuple):
    """A track by its natural key, and the class of those that are the same song.

    ``key``: the URI, or the folded title where there is none; that one comes last.
    """

    has_no_uri: bool
    key: str
    song: str


class Told(NamedTuple):
    """What one source told: an end, or a start where it is a scrobble; seconds after noon."""

    source: int
    second: float
    track: Track
    ms_played: int | None = None
    context: str | None = None
    told_length_ms: int | None = None


class Known(NamedTuple):
    """One play of the ledger."""

    second: float
    key: str
    ms_played: int | None
    context: str | None
    source: int


def list_plays(observed: Iterable[Told], lengths: dict[str, int]) -> list[Known]:
    """Return the plays that follow; ``lengths``: of tracks by key, in the end, ms."""
    songs: dict[str, list[Told]] = {}
    for one in observed:
        songs.setdefault(one.track.song, []).append(one)
    return sorted(play for told in songs.values() for play in _list_song(told, lengths))


class _Play:
    """Several observations that tell one play, the first by its own right."""

    def __init__(self, members: list[Told], lengths: dict[str, int]) -> None:
        self.members = members
        first = members[0]
        self.source, self.track = first.source, first.track
        self.moment = self.end = first.second
        self.ms_played = _first(one.ms_played for one in members)
        length = lengths.get(first.track.key)
        if self.source == SCROBBLE:
            told = _first((*(one.told_length_ms for one in members), length))
            self.end += USUAL_LENGTH if told is None else told / 1000
        known = _first((self.ms_played, length))
        self.length = USUAL_LENGTH if known is None else known / 1000

    @property
    def order(self) -> tuple[float, int, Track]:
        return self.end, self.source, self.track


def _first(values: Iterable[int | None]) -> int | None:
    return next((value for value in values if value is not None), None)


def _list_song(told: list[Told], lengths: dict[str, int]) -> list[Known]:
    standing: list[_Play] = []
    for source in (HISTORY, WATCHER, POLL, SCROBBLE):
        one_source = sorted(_join(one for one in told if one.source == source))
        twins = [
            list(group)
            for _, group in groupby(
                one_source, key=lambda one: one if one.source == HISTORY else one.second
            )
        ]
        mine = [_Play(members, lengths) for members in twins]
        measure = _measure_start if source == SCROBBLE else _measure_end
        pairs = _choose(len(mine), len(standing), partial(measure, mine, standing))
        for i, j in pairs:
            standing[j].members += mine[i].members
        paired = {i for i, _ in pairs}
        alone = [play for i, play in enumerate(mine) if i not in paired]
        standing = sorted([*standing, *alone], key=lambda play: play.order)
    return _to_known(standing)


def _join(told: Iterable[Told]) -> list[Told]:
    """Return each moment of a track once, with the greatest figures told of it."""
    known: dict[tuple[float, Track], Told] = {}
    for one in told:
        other = known.get((one.second, one.track), one)
        known[one.second, one.track] = one._replace(
            ms_played=_greatest(one.ms_played, other.ms_played),
            told_length_ms=_greatest(one.told_length_ms, other.told_length_ms),
        )
    return list(known.values())


def _greatest(*values: int | None) -> int | None:
    return max((value for value in values if value is not None), default=None)


def _measure_end(mine: list[_Play], standing: list[_Play], i: int, j: int) -> float | None:
    distance = abs(mine[i].moment - standing[j].end)
    return distance if distance <= REACH else None


def _measure_start(mine: list[_Play], standing: list[_Play], i: int, j: int) -> float | None:
    start, play = mine[i].moment, standing[j]
    earliest = play.end - play.length - PAUSE
    if j > 0:
        earliest = max(earliest, standing[j - 1].end - REACH)
    latest = play.end
    if play.ms_played is not None:
        latest = min(latest, play.end - play.length + REACH)
    return abs(start - (play.end - play.length)) if earliest <= start <= latest else None


_Choice = tuple[int, float, tuple[tuple[int, int], ...]]


def _choose(
    count: int, stronger_count: int, measure: Callable[[int, int], float | None]
) -> list[tuple[int, int]]:
    """Return, of all choices that never cross, the one with most pairs, nearest, earliest."""

    @cache
    def best(i: int, j: int) -> _Choice:
        if i == count or j == stronger_count:
            return 0, 0.0, ()
        choices = [best(i + 1, j), best(i, j + 1)]
        distance = measure(i, j)
        if distance is not None:
            less, far, pairs = best(i + 1, j + 1)
            choices.append((less - 1, round(far + distance, 3), ((i, j), *pairs)))
        return min(choices)

    return list(best(0, 0)[2])


def _to_known(standing: list[_Play]) -> list[Known]:
    plays: dict[tuple[float, str], Known] = {}
    for play in sorted(standing, key=lambda one: (one.source, one.order)):
        told = sorted(play.members[1:], key=lambda one: (one.source, one.track))
        context = next((one.context for one in (play.members[0], *told) if one.context), None)
        known = Known(round(play.end, 3), play.track.key, play.ms_played, context, play.source)
        plays.setdefault((known.second, known.key), known)
    return list(plays.values())
