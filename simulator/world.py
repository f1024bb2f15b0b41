"""Everything the simulator knows: clock, catalogue, listeners, accounts, moods, limits, calls."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from simulator.accounts import Accounts
from simulator.calls import Calls
from simulator.catalogue import SimulatedTrack
from simulator.clock import DAY_MS, Clock, from_iso, to_iso
from simulator.discography import make_catalogue
from simulator.endpoints import check_names
from simulator.limits import MEASURED_CEILINGS, Limits
from simulator.listeners import KINDS, DuePlay, SimulatedListener
from simulator.moods import Moods

START = "2026-01-05T06:00:00Z"
#: A listener's kind where only their number is given.
USUAL_KINDS = ("steady", "heavy", "light", "steady", "light")


@dataclass(frozen=True)
class WorldSettings:
    """How a world begins; the same settings make the same world.

    ``listeners``: how many, or one kind each (light, steady, heavy, quiet).
    ``app``: "new" for an app of 2026, "old" for one that kept everything.
    ``refusal_status``: what an endpoint that a new app lacks answers (403, 404, 429).
    ``tracks``: roughly how many are out at the start.  ``speed``: simulated
    seconds per real second.  ``history_days``: how long they listened before the
    start.  ``ceilings``: calls per day by endpoint (None: as measured for a new
    app, none for an old one).  ``rate``: calls per 30 seconds, None for no limit.
    ``moods``: those in force from the start, as for ``World.add_mood``.
    ``recently_played``: a recorded answer to give instead of the listeners' own.
    """

    seed: int = 1
    listeners: int | Sequence[str] = 1
    app: Literal["new", "old"] = "new"
    refusal_status: int = 403
    start: str = START
    speed: float = 0.0
    tracks: int = 4000
    history_days: int = 30
    ceilings: Mapping[str, int] | None = None
    rate: int | None = None
    redirect_uris: tuple[str, ...] = ("http://127.0.0.1:8888/callback",)
    moods: Sequence[Mapping[str, Any]] = ()
    recently_played: Mapping[str, Any] | None = field(default=None, repr=False)


class World:
    """One simulated Spotify. Hold ``lock`` while touching it from beside the server.

    Raises ValueError where the settings make no sense.
    """

    def __init__(self, settings: WorldSettings) -> None:
        self.settings = settings
        self.lock = threading.RLock()
        start_ms = from_iso(settings.start)
        self.clock = Clock(start_ms, settings.speed)
        self.catalogue = make_catalogue(settings.seed, settings.tracks, start_ms)
        self.accounts = Accounts(settings.seed, settings.redirect_uris)
        self.moods = Moods(settings.seed)
        ceilings = settings.ceilings
        if ceilings is None:
            ceilings = MEASURED_CEILINGS if settings.app == "new" else {}
        check_names(ceilings)
        self.limits = Limits(ceilings, settings.rate)
        self.calls = Calls()
        self.listeners = {
            listener.name: listener for listener in self._make_listeners(settings, start_ms)
        }
        for name in self.listeners:
            self.accounts.sign_in(name, start_ms)
        for mood in settings.moods:
            self.add_mood(**mood)

    def _make_listeners(self, settings: WorldSettings, start_ms: int) -> list[SimulatedListener]:
        kinds = settings.listeners
        if isinstance(kinds, int):
            kinds = [USUAL_KINDS[number % len(USUAL_KINDS)] for number in range(kinds)]
        if unknown := sorted(set(kinds) - set(KINDS)):
            raise ValueError(f"no listener is {unknown[0]!r}: there are {', '.join(KINDS)}")
        since_ms = start_ms - settings.history_days * DAY_MS
        return [
            SimulatedListener(number, kind, settings.seed, self.catalogue, since_ms)
            for number, kind in enumerate(kinds)
        ]

    @property
    def is_old_app(self) -> bool:
        """Say whether the app may still use what 2026 took away."""
        return self.settings.app == "old"

    def listener(self, name: str | None = None) -> SimulatedListener:
        """Return a listener by name; the first where none is given. Raises KeyError."""
        return self.listeners[name or next(iter(self.listeners))]

    def refresh_token(self, listener: str | None = None) -> str:
        """Return a listener's newest refresh token."""
        return self.accounts.refresh_token_of(self.listener(listener).name)

    def heard(self, listener: str | None = None, since_ms: int | None = None) -> list[DuePlay]:
        """Return what a listener's ledger ought to hold by now, oldest first."""
        return self.listener(listener).heard(self.clock.now_ms, since_ms)

    def hear(self, track: SimulatedTrack | str, ended: int | str | None = None, **how: Any) -> None:
        """Let a listener hear one track (a track or its id), ending now where not said.

        ``listener`` says who; the rest goes to ``SimulatedListener.hear``.
        """
        who = self.listener(how.pop("listener", None))
        heard = self.catalogue.track_by_id[track] if isinstance(track, str) else track
        who.hear(heard, self.clock.now_ms if ended is None else ended, **how)

    def add_mood(self, kind: str, endpoint: str = "*", **particulars: Any) -> None:
        """Switch a mood on from now; see ``simulator.moods`` for kinds and particulars."""
        self.moods.add(kind, endpoint, now_ms=self.clock.now_ms, **particulars)

    def describe(self) -> dict[str, Any]:
        """Return the state of the world as plain values; no secrets."""
        return {
            "now": to_iso(self.clock.now_ms),
            "speed": self.clock.speed,
            "seed": self.settings.seed,
            "app": self.settings.app,
            "track_count": len(self.catalogue.tracks),
            "listeners": {name: who.kind for name, who in self.listeners.items()},
            "moods": self.moods.describe(),
            "quota": self.limits.describe(),
            "calls": len(self.calls.log),
        }
