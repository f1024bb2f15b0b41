"""Spotify's clock, as far as its answers tell it: this machine's own may be wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_SECOND = timedelta(seconds=1)
_ZERO = timedelta()


class ServerClock:
    """How far this machine's clock is behind Spotify's, known better with every answer.

    A ``Date`` is cut to whole seconds, and was written between question and answer: so each
    answer bounds the difference from both sides.
    """

    def __init__(self) -> None:
        self._least: timedelta | None = None
        self._most: timedelta | None = None

    def learn(self, asked_at: datetime, told: datetime | None, answered_at: datetime) -> None:
        """Take what an answer tells; both moments by this machine's clock, UTC."""
        if told is None:
            return
        least, most = told - answered_at, told + _SECOND - asked_at
        if self._least is not None and self._most is not None:
            best = max(least, self._least), min(most, self._most)
            if best[0] <= best[1]:
                least, most = best
        self._least, self._most = least, most  # one of the clocks was set: begin anew

    @property
    def difference(self) -> timedelta:
        """Return what is added to this machine's time; nothing where a second cannot be told."""
        if self._least is None or self._most is None or self._least <= _ZERO <= self._most:
            return _ZERO
        return (self._least + self._most) / 2

    def correct(self, moment: datetime) -> datetime:
        """Return a moment of this machine as Spotify's clock shows it."""
        return moment + self.difference


def utc_now() -> datetime:
    """Return the current moment in UTC."""
    return datetime.now(UTC)
