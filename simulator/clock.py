"""Simulated time: starts at a fixed moment, moves when told, or runs with real time."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

SECOND_MS = 1000
MINUTE_MS = 60 * SECOND_MS
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_iso(moment_ms: int) -> str:
    """Write a moment as Spotify does: ``2026-02-25T20:15:20.497Z``."""
    moment = EPOCH + timedelta(milliseconds=moment_ms)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment_ms % 1000:03d}Z"


def from_iso(text: str) -> int:
    """Read an ISO moment as milliseconds since 1970; no zone means UTC.

    Raises ValueError where the text is no such moment.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return round((moment - EPOCH) / timedelta(milliseconds=1))


class Clock:
    """The world's clock, in milliseconds since 1970 (UTC).

    ``speed`` is simulated seconds per real second; 0 stands still between
    control calls, which is what tests want.
    """

    def __init__(self, start_ms: int, speed: float = 0.0) -> None:
        self._base_ms = start_ms
        self._anchor = time.monotonic()
        self.speed = speed

    @property
    def now_ms(self) -> int:
        """Return the simulated moment."""
        if not self.speed:
            return self._base_ms
        return self._base_ms + int((time.monotonic() - self._anchor) * self.speed * SECOND_MS)

    @property
    def now(self) -> datetime:
        """Return the simulated moment as an aware datetime."""
        return EPOCH + timedelta(milliseconds=self.now_ms)

    def advance(self, seconds: float = 0.0, *, hours: float = 0.0, days: float = 0.0) -> int:
        """Move forward and return the new moment; raises ValueError for a step back."""
        return self.move_to(
            self.now_ms + round(seconds * SECOND_MS + hours * HOUR_MS + days * DAY_MS)
        )

    def move_to(self, moment: int | str) -> int:
        """Move to a moment (milliseconds or ISO text); raises ValueError for a step back."""
        moment_ms = from_iso(moment) if isinstance(moment, str) else moment
        if moment_ms < self.now_ms:
            raise ValueError("simulated time only moves forward")
        self._base_ms, self._anchor = moment_ms, time.monotonic()
        return moment_ms

    def run_at(self, speed: float) -> None:
        """Let time run by itself from now on; raises ValueError for a negative speed."""
        if speed < 0:
            raise ValueError("speed is simulated seconds per real second, 0 or more")
        self._base_ms, self._anchor, self.speed = self.now_ms, time.monotonic(), speed
