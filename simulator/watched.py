"""A listener whose every second is known: what a watcher ought to find, whatever it samples.

Three ways of listening: steady (to the end, now and then a pause), skipper (most tracks are left
early), pauser (several pauses in a track, now and then a jump). The truth is a list of stretches:
sound of one item from a moment on, from a place in it on.
"""

from __future__ import annotations

from bisect import bisect_right
from random import Random
from typing import Any, NamedTuple

from simulator.clock import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS

WAYS = ("steady", "skipper", "pauser")


class SoundStretch(NamedTuple):
    """Sound, or a pause, of one play: from a moment on (ms), from a place in the item on (ms)."""

    started_ms: int
    ended_ms: int
    play_number: int
    from_ms: int
    is_sound: bool


class WatchedPlay(NamedTuple):
    """One play as it really was."""

    uri: str
    duration_ms: int
    started_ms: int
    ended_ms: int
    ms_played: int


class WatchedListener:
    """One listener over some days; the same seed makes the same days."""

    def __init__(self, way: str, start_ms: int, days: int, seed: int) -> None:
        self.plays: list[WatchedPlay] = []
        self._stretches: list[SoundStretch] = []
        self._rng, self._way = Random(f"{way} {seed}"), way
        for day in range(days):
            self._fill_day(start_ms + day * DAY_MS)
        self._starts = [stretch.started_ms for stretch in self._stretches]

    def answer(self, now_ms: int) -> dict[str, Any] | None:
        """Return what currently-playing says at a moment; None (204) where nothing plays."""
        place = bisect_right(self._starts, now_ms) - 1
        stretch = self._stretches[place] if place >= 0 else None
        if stretch is None or now_ms >= stretch.ended_ms:
            return None
        play = self.plays[stretch.play_number]
        moved = now_ms - stretch.started_ms if stretch.is_sound else 0
        return {
            "item": {
                "uri": play.uri,
                "name": play.uri[-4:],
                "duration_ms": play.duration_ms,
                "artists": [{"name": "Band"}],
            },
            "progress_ms": stretch.from_ms + moved,
            "is_playing": stretch.is_sound,
            "currently_playing_type": "track",
        }

    def _fill_day(self, day_ms: int) -> None:
        for hour in sorted(self._rng.sample(range(6, 24), 5)):
            moment = max(
                day_ms + hour * HOUR_MS + self._rng.randrange(20 * MINUTE_MS),
                self._stretches[-1].ended_ms + 2 * MINUTE_MS if self._stretches else 0,
            )
            for _ in range(self._rng.randrange(3, 16)):
                moment = self._play(moment)

    def _play(self, moment: int) -> int:
        """Play one track from a moment on; return when it ended."""
        rng, number = self._rng, len(self.plays)
        duration = rng.randrange(110, 420) * SECOND_MS + rng.randrange(1000)
        started, place, heard = moment, 0, 0
        goal = self._draw_goal(duration)
        for pause in self._draw_breaks(goal):
            sound = max(0, min(pause - place, goal - place))
            moment = self._add(moment, sound, number, place, is_sound=True)
            place, heard = place + sound, heard + sound
            if self._way == "pauser" and rng.random() < 0.02:  # back or forth
                place = max(0, min(goal, place + rng.choice((-15, 15, 30)) * SECOND_MS))
            else:
                length = rng.randrange(5, 600) * SECOND_MS
                moment = self._add(moment, length, number, place, is_sound=False)
        rest = max(0, goal - place)
        moment = self._add(moment, rest, number, place, is_sound=True)
        uri = f"spotify:track:{self._way}{rng.randrange(10**9):09}"
        self.plays.append(WatchedPlay(uri, duration, started, moment, heard + rest))
        return moment + rng.choice((0, 0, 0, 40, 300))

    def _draw_goal(self, duration: int) -> int:
        """Return how far into an item it is heard."""
        is_left = self._rng.random() < {"steady": 0.05, "skipper": 0.6, "pauser": 0.15}[self._way]
        return self._rng.randrange(2 * SECOND_MS, duration) if is_left else duration

    def _draw_breaks(self, goal: int) -> list[int]:
        count = {"steady": 0.06, "skipper": 0.03, "pauser": 1.4}[self._way]
        return sorted(
            self._rng.randrange(1, goal) for _ in range(int(self._rng.expovariate(1 / count) + 0.5))
        )

    def _add(self, moment: int, length: int, number: int, place: int, *, is_sound: bool) -> int:
        if length > 0:
            self._stretches.append(SoundStretch(moment, moment + length, number, place, is_sound))
        return moment + length
