"""When to ask Spotify next: near what happens, seldom while nothing does, never beyond the day."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta

from everheard.watcher.playbacks import Playback
from everheard.watcher.samples import HEARD, Sample

#: While something plays; seconds.
SHORTEST, LONGEST = 15.0, 30.0
#: How long before its end a track is looked at once more, and how long after it the next one.
BEFORE_END = 2.0
FIRST_IDLE, LONGEST_IDLE = 30.0, 300.0
#: So many of the last endings, left before the end, make polls closer.
LEFT, ENDINGS = 3, 8
#: How many polls of what is paused come before the wait grows.
PAUSED_LOOKS = 20
FIRST_ERROR, LONGEST_ERROR = 30.0, 900.0


class Pace:
    """How long to wait after each answer, for one listener. All waits are seconds."""

    def __init__(self, *, rng: random.Random | None = None) -> None:
        self._idle = FIRST_IDLE
        self._error = FIRST_ERROR
        self._endings: deque[bool] = deque(maxlen=ENDINGS)
        self._paused = 0
        self._random = rng or random.SystemRandom()

    def after(self, sample: Sample, ended: Iterable[Playback] = ()) -> float:
        """Return the wait after an answer, with which some things may have ended.

        Who leaves tracks before their end is polled more closely: what they hear for a few
        seconds lies between two polls else.
        """
        self._error = FIRST_ERROR
        self._endings.extend(one.is_finished for one in ended)
        if not sample.is_playing:
            return self._find_idle(sample)
        self._idle, self._paused = FIRST_IDLE, 0
        if self._endings.count(False) >= LEFT:
            return SHORTEST
        if sample.duration_ms is None or sample.progress_ms is None:
            return LONGEST
        left = (sample.duration_ms - sample.progress_ms) / 1000
        if left >= LONGEST + BEFORE_END:
            # The poll before the end must not be closer than the shortest wait.
            return LONGEST if left >= LONGEST + SHORTEST + BEFORE_END else SHORTEST
        if left >= SHORTEST + BEFORE_END:
            return left - BEFORE_END
        return min(LONGEST, max(SHORTEST, left + BEFORE_END))

    def _find_idle(self, sample: Sample) -> float:
        """Return the wait while nothing plays; what is paused is likely to go on for a while."""
        self._paused += 1
        if sample.kind in HEARD and self._paused <= PAUSED_LOOKS:
            return FIRST_IDLE
        wait, self._idle = self._idle, min(self._idle * 2, LONGEST_IDLE)
        return wait

    def after_error(self, retry_at: datetime | None, now: datetime) -> float:
        """Return the wait after a call that failed: doubled each time, with jitter.

        Where Spotify has said until when it wants to be left alone, until then.
        """
        wait = self._error * self._random.uniform(0.8, 1.2)
        self._error = min(self._error * 2, LONGEST_ERROR)
        if retry_at is not None:
            wait = max(wait, (retry_at - now).total_seconds())
        return wait


class DayBudget:
    """The calls of a day (UTC), all listeners of this machine together, never exceeded.

    What is left is spread over what is left of the day, once the usual pace would not last.
    """

    def __init__(self, calls_per_day: int, used: int = 0, day: str = "") -> None:
        self.calls_per_day, self.used, self.day = calls_per_day, used, day

    def spend(self, now: datetime) -> bool:
        """Take one call from the day; say whether there was one left."""
        today = now.astimezone(UTC).date().isoformat()
        if today != self.day:
            self.day, self.used = today, 0
        if self.used >= self.calls_per_day:
            return False
        self.used += 1
        return True

    def stretch(self, wait: float, now: datetime, listeners: int = 1) -> float:
        """Return a wait that the day's calls last for; to the next day where none is left."""
        midnight = datetime.combine(now.astimezone(UTC).date() + timedelta(days=1), time(), UTC)
        left = max(1.0, (midnight - now).total_seconds())
        is_new_day = now.astimezone(UTC).date().isoformat() != self.day
        calls = self.calls_per_day - (0 if is_new_day else self.used)
        if calls <= 0:
            return left + 1
        # In the usual case a day of 2,000 calls lasts for sixteen hours of music without a word.
        if calls * LONGEST / max(1, listeners) >= min(left, 16 * 3600):
            return wait
        return max(wait, left * listeners / calls)
