"""Spotify's two limits: the rolling 30 seconds, and quota buckets over a rolling day."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

from simulator.clock import DAY_MS, HOUR_MS, SECOND_MS

#: What was measured for apps of 2026, by endpoint; a bucket's end stops no other.
MEASURED_CEILINGS = {"track": 550, "artist_albums": 100, "search": 500}
RATE_WINDOW_MS = 30 * SECOND_MS
SHORTEST_BLOCK_MS = 6 * HOUR_MS


class Limits:
    """Count calls and say when one is too many.

    ``ceilings`` are calls per rolling 24 hours by endpoint; ``rate`` is calls of
    any kind per rolling 30 seconds, None for no such limit.
    """

    def __init__(self, ceilings: Mapping[str, int] | None = None, rate: int | None = None) -> None:
        self.ceilings = dict(ceilings or {})
        self.rate = rate
        self._recent: deque[int] = deque()
        self._buckets: dict[str, deque[int]] = {}
        self._blocked_ms: dict[str, int] = {}

    def check_rate(self, now_ms: int) -> int | None:
        """Count a call; return the seconds to wait where it is one too many in 30 seconds."""
        if self.rate is None:
            return None
        _forget(self._recent, now_ms - RATE_WINDOW_MS)
        if len(self._recent) >= self.rate:
            return _seconds_until(self._recent[0] + RATE_WINDOW_MS, now_ms)
        self._recent.append(now_ms)
        return None

    def check_quota(self, endpoint: str, now_ms: int) -> int | None:
        """Count a call; return the seconds to wait (hours of them) where the bucket is empty."""
        ceiling = self.ceilings.get(endpoint)
        if ceiling is None:
            return None
        blocked_ms = self._blocked_ms.get(endpoint, 0)
        if now_ms < blocked_ms:
            return _seconds_until(blocked_ms, now_ms)
        bucket = self._buckets.setdefault(endpoint, deque())
        _forget(bucket, now_ms - DAY_MS)
        if len(bucket) >= ceiling:
            free_ms = bucket[len(bucket) - ceiling] + DAY_MS if ceiling else now_ms + DAY_MS
            self._blocked_ms[endpoint] = max(free_ms, now_ms + SHORTEST_BLOCK_MS)
            return _seconds_until(self._blocked_ms[endpoint], now_ms)
        bucket.append(now_ms)
        return None

    def describe(self) -> dict[str, dict[str, int | None]]:
        """Return each bucket's ceiling, use and end of its block (milliseconds)."""
        return {
            endpoint: {
                "ceiling": ceiling,
                "used": len(self._buckets.get(endpoint, ())),
                "blocked_until_ms": self._blocked_ms.get(endpoint),
            }
            for endpoint, ceiling in self.ceilings.items()
        }


def _forget(moments: deque[int], until_ms: int) -> None:
    while moments and moments[0] <= until_ms:
        moments.popleft()


def _seconds_until(moment_ms: int, now_ms: int) -> int:
    return -(-(moment_ms - now_ms) // SECOND_MS)
