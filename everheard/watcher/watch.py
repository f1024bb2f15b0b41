"""The watch of one listener: poll, keep, tell, wait; until told to stop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from everheard.failure import Failure
from everheard.sources.fields import Json
from everheard.watcher.clock import ServerClock, utc_now
from everheard.watcher.pace import DayBudget, Pace
from everheard.watcher.playbacks import Playback
from everheard.watcher.samples import Sample, to_sample
from everheard.watcher.states import to_state
from everheard.watcher.store import PlaybackStore

#: How long a watcher that has stepped back waits before it asks again.
STEPPED_BACK_S = 3600.0


class Player(Protocol):
    """What a watch asks: one listener's own sign-in at Spotify."""

    @property
    def answered_at(self) -> datetime | None:
        """Return Spotify's clock at its last answer."""

    def fetch_currently_playing(self) -> Json | None:
        """Return what plays; None where nothing does."""


class Watch:
    """One listener, watched.

    ``tell`` is called with the listener's key and each new state, ``say`` with each trouble.
    """

    def __init__(
        self,
        owner: str,
        name: str,
        store: PlaybackStore,
        budget: DayBudget,
        tell: Callable[[str, Json], None],
        say: Callable[[str], None],
    ) -> None:
        self.call_count = self.playback_count = 0
        self.is_stepped_back = False
        self.name = name
        #: Of the listener in the ledger; "" until it has been asked once.
        self.key = store.read_note(f"key {owner}")
        self.owner, self._store, self._budget, self._tell = owner, store, budget, tell
        self._say = say
        self._listening = store.read_listening(owner)
        self._pace, self._clock = Pace(), ServerClock()
        self._last: Playback | None = None
        self._trouble = ""

    async def run(
        self, open_player: Callable[[], Player], stop: asyncio.Event, watchers: int = 1
    ) -> None:
        """Watch until ``stop``; no trouble of Spotify or the network ends it."""
        while not stop.is_set():
            wait = STEPPED_BACK_S
            if not self.is_stepped_back:
                wait = await self._poll(open_player)
                wait = self._budget.stretch(wait, utc_now(), watchers)
            try:
                await asyncio.wait_for(stop.wait(), wait)
            except TimeoutError:
                continue

    async def _poll(self, open_player: Callable[[], Player]) -> float:
        """Poll once; return how long to wait for the next poll."""
        if not self._budget.spend(utc_now()):
            self._note("The day's calls for now playing are spent: it goes on tomorrow (UTC).")
            return 0.0  # stretched to the next day
        self._store.keep_budget(self._budget)
        self.call_count += 1
        try:
            sample = await asyncio.to_thread(self._ask, open_player)
        except Failure as failure:
            self._note(str(failure))
            return self._pace.after_error(getattr(failure, "retry_at", None), utc_now())
        self._trouble = ""
        return self._take(sample)

    def _ask(self, open_player: Callable[[], Player]) -> Sample:
        player = open_player()
        asked_at = utc_now()
        answer = player.fetch_currently_playing()
        received_at = utc_now()
        self._clock.learn(asked_at, player.answered_at, received_at)
        return to_sample(answer, self._clock.correct(received_at))

    def _take(self, sample: Sample) -> float:
        ended = self._listening.take(sample)
        self._store.keep(self.owner, self._listening, ended)
        self.playback_count += len(ended)
        self._last = ended[-1] if ended else self._last
        self._tell(self.key, to_state(self.name, sample, self._last))
        return self._pace.after(sample, ended)

    def step_back(self, *, is_other_there: bool) -> None:
        """Leave the watch to another machine, or take it up again."""
        if is_other_there and not self.is_stepped_back:
            self._say(f"{self.name}: another machine watches already; this one steps back")
        self.is_stepped_back = is_other_there

    def _note(self, words: str) -> None:
        """Say a trouble once, however often it comes."""
        if words != self._trouble:
            self._say(f"{self.name}: {words}")
            self._trouble = words
