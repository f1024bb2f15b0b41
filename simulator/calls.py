"""A log of every call that reached the simulator, for tests that count them."""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple


class Call(NamedTuple):
    """One call: which endpoint, the path with its query, and the status it got.

    Status 0 is a call that got no answer (hung up on, or left hanging).
    """

    endpoint: str
    path: str
    status: int


class Calls:
    """All calls since the start or the last ``reset``, oldest first."""

    def __init__(self) -> None:
        self.log: list[Call] = []

    def add(self, endpoint: str, path: str, status: int) -> None:
        """Write one call down."""
        self.log.append(Call(endpoint, path, status))

    def count(self, endpoint: str | None = None) -> int:
        """Return how many calls there were, of one endpoint or of all."""
        return sum(endpoint in (None, call.endpoint) for call in self.log)

    def reset(self) -> None:
        """Forget all calls."""
        self.log.clear()

    def describe(self) -> dict[str, Any]:
        """Return totals by endpoint and by status, and the last hundred calls."""
        return {
            "total": len(self.log),
            "by_endpoint": dict(Counter(call.endpoint for call in self.log)),
            "by_status": dict(Counter(str(call.status) for call in self.log)),
            "latest": [call._asdict() for call in self.log[-100:]],
        }
