"""The states of the listeners, told to everybody who looks, each at their own speed."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections import deque
from collections.abc import AsyncIterator, Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

#: Changes that are kept, so that who was away for a while is told all of them.
HELD = 256
#: Who is behind by more is told the newest state of each listener instead.
MOST_BEHIND = 32


@dataclass(frozen=True)
class StateEvent:
    """A state as it was told: ``data`` is its JSON, on one line and in ASCII."""

    number: int
    event_id: str
    listener: str
    data: str


class Broadcast:
    """Holds the newest state of each listener, and the latest changes; lives in one loop.

    Nobody has a queue: everybody who looks remembers how far they are, and takes the next change
    when they can. So one who is slow costs nothing and holds up nobody.
    """

    def __init__(self) -> None:
        #: Numbers begin anew with every start: an id of another start means nothing here.
        self._start = secrets.token_hex(4)
        self._number = 0
        self._held: deque[StateEvent] = deque(maxlen=HELD)
        self._newest: dict[str, StateEvent] = {}
        self._states: dict[str, dict[str, Any]] = {}
        self._news = asyncio.Event()
        self._is_closed = False

    @property
    def states(self) -> dict[str, dict[str, Any]]:
        """The newest state of each listener, by what ``publish`` called them."""
        return dict(self._states)

    def publish(self, listener: str, state: dict[str, Any]) -> None:
        """Tell a listener's new state: JSON, as docs/now-playing.md has it."""
        data = json.dumps(state, separators=(",", ":"), allow_nan=False)
        self._number += 1
        event = StateEvent(self._number, f"{self._start}-{self._number}", listener, data)
        self._held.append(event)
        self._newest[listener] = event
        self._states[listener] = deepcopy(state)
        self._wake()

    def close(self) -> None:
        """End every subscription."""
        self._is_closed = True
        self._wake()

    async def subscribe(
        self,
        last_event_id: str | None = None,
        *,
        sees: Callable[[str], bool] | None = None,
        patience_s: float | None = None,
    ) -> AsyncIterator[StateEvent | None]:
        """Yield the newest state of each listener, or what came since an event; then changes.

        ``sees`` tells which listeners to speak of. None stands for so many seconds of silence.
        """
        seen = self._read_number(last_event_id)
        known, first_most = self._number, 0 if seen is None else HELD
        seen = seen or 0
        while not self._is_closed:
            news = self._news
            event = self._find_next(seen, first_most if seen < known else MOST_BEHIND)
            if event is not None:
                seen = event.number
                if sees is None or sees(event.listener):
                    yield event
                continue
            try:
                async with asyncio.timeout(patience_s):
                    await news.wait()
            except TimeoutError:
                yield None

    def _find_next(self, seen: int, most_behind: int) -> StateEvent | None:
        if seen >= self._number:
            return None
        if self._number - seen <= most_behind:
            return self._held[seen - self._number]  # the last one is the newest
        after = (one for one in self._newest.values() if one.number > seen)
        return min(after, key=lambda one: one.number)

    def _read_number(self, event_id: str | None) -> int | None:
        """Return the number of an event that was told since this start; None of any other."""
        start, _, text = (event_id or "").partition("-")
        if start != self._start or not (text.isascii() and text.isdecimal()) or len(text) > 18:
            return None
        number = int(text)
        return number if self._number - HELD <= number <= self._number else None

    def _wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()
