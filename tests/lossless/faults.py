"""What goes wrong between Spotify, a runner and the database, drawn from a seed."""

from __future__ import annotations

import threading
from random import Random
from typing import Any, NamedTuple

import psycopg2
from psycopg2.extensions import cursor as Cursor

from simulator import World
from simulator.moods import KINDS


class Killed(BaseException):
    """The process ends here, as with kill -9: nobody gets to clean up in the database."""


class Blow(NamedTuple):
    """What befalls the connection at one statement of a run.

    ``kind``: killed (the process), cut (the server ends the connection).
    ``is_after``: only once the server has done what the statement asks.
    """

    kind: str
    statement: int
    is_after: bool


class Plight(NamedTuple):
    """How a runner fares in one poll; what Spotify does is a mood of the world."""

    database: str = ""
    blow: Blow | None = None
    copies: int = 1
    shot_after: float | None = None


class _Frail:
    """Counts the statements of this process's runs down to the blow."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._blow: Blow | None = None
        self._left = 0

    def arm(self, blow: Blow | None) -> None:
        """Wait for the statement that the blow names; None calls it off."""
        self._blow, self._left = blow, blow.statement if blow else 0

    def meet(self) -> Blow | None:
        """Return the blow when its statement has come."""
        with self._lock:
            self._left -= 1
            return self._blow if self._left == 0 else None


FRAIL = _Frail()


class FrailCursor(Cursor):
    """A cursor at which the process or the connection can end."""

    def execute(self, query: Any, vars: Any = None) -> None:  # noqa: A002 (psycopg2's name)
        """Execute, unless the blow falls before."""
        blow = FRAIL.meet()
        if blow and not blow.is_after:
            self._fall(blow)
        super().execute(query, vars)
        if blow and blow.is_after:
            self._fall(blow)

    def _fall(self, blow: Blow) -> None:
        self.connection.close()
        if blow.kind == "killed":
            raise Killed
        raise psycopg2.OperationalError("server closed the connection unexpectedly")


#: The database's troubles that last, with the statements that begin and end each.
DATABASE_TROUBLES = {
    "away": ("", ""),
    "read-only": (
        "alter database {name} set default_transaction_read_only = on",
        "alter database {name} reset default_transaction_read_only",
    ),
    "too slow": (
        "alter database {name} set statement_timeout = '1ms'",
        "alter database {name} reset statement_timeout",
    ),
    "of another version": (
        "update warehouse.etl_schema set (version, oldest_code) = (version + 99, oldest_code + 99)",
        "update warehouse.etl_schema set (version, oldest_code) = (version - 99, oldest_code - 99)",
    ),
}
_ENDPOINTS = ("token", "recently_played")
#: Moods of a few calls: kind, particulars, the greatest number of calls.
_BRIEF_MOODS: list[tuple[str, dict[str, Any], int]] = [
    ("rate_limited", {"retry_after": 5}, 6),
    ("rate_limited", {"retry_after": None}, 6),
    ("rate_limited", {"retry_after": 1500}, 1),
    ("quota_exceeded", {"retry_after": 1500}, 1),
    ("server_error", {"status": 500}, 7),
    ("server_error", {"status": 502}, 7),
    ("server_error", {"status": 503}, 7),
    ("not_found", {}, 2),
    ("unauthorised", {}, 3),
    ("premium_lapsed", {}, 1),
    ("not_json", {}, 2),
    ("hung", {}, 2),
    ("disconnected", {}, 6),
    ("dropped", {}, 6),
    ("slow", {"delay_seconds": 0.02}, 2),
    ("empty_page", {}, 2),
    ("blanked", {}, 3),
    ("null_track", {"position": 0}, 3),
    ("null_track", {"position": 49}, 3),
    ("rotated", {}, 1),
]
#: How long the database is in trouble, in polls: for moments, or until Spotify shows nothing any
#: more of what was heard when it began, so that only the spool still has it.
_MOMENT, _OUTAGE = (1, 6), (40, 60)
#: As long as Spotify may keep a runner from seeing a page, in polls: more would lose plays.
_LONGEST_BLINDNESS = 2


class Faults:
    """The weather of one trial: one call of ``draw`` for each poll."""

    def __init__(self, world: World, seed: int) -> None:
        self._world = world
        self._rng = Random(seed)
        self._trouble, self._trouble_left = "", 0
        self._spans = [_OUTAGE]
        self._blind = 0
        self.counts: dict[str, int] = {}

    def draw(self) -> tuple[Plight, list[str]]:
        """Set Spotify's mood; return the runner's plight and what to tell the database."""
        with self._world.lock:
            for kind in KINDS.keys() - {"stalled"}:
                self._world.moods.clear(kind)
            self._draw_mood()
        statements = self._draw_trouble()
        rng = self._rng
        chance = rng.random()
        plight = Plight(database=self._trouble)
        if chance < 0.04 and not self._trouble:
            plight = plight._replace(shot_after=rng.uniform(0.1, 0.7))
        elif chance < 0.14:
            kind = rng.choice(["killed", "cut"])
            blow = Blow(kind, rng.randint(1, 24), rng.random() < 0.5)
            plight = plight._replace(blow=blow)
        elif chance < 0.24:
            plight = plight._replace(copies=2)
        self._count(plight)
        return plight, statements

    def note(self, exit_code: int | None) -> None:
        """Learn whether a page may have come through: the next polls are kinder if not."""
        self._blind = 0 if exit_code in {0, 73, 78} else self._blind + 1

    def _draw_mood(self) -> None:
        if self._blind >= _LONGEST_BLINDNESS:
            self._world.moods.clear()
            return
        chance = self._rng.random()
        if chance < 0.35:
            kind, particulars, most = self._rng.choice(_BRIEF_MOODS)
            where = self._rng.choice(_ENDPOINTS)
            if kind in {"empty_page", "blanked", "null_track", "premium_lapsed"}:
                where = "recently_played"
            if kind == "rotated":
                where = "token"
            times = self._rng.randint(1, most)
            self._world.add_mood(kind, where, times=times, **particulars)
            self.counts[kind] = self.counts.get(kind, 0) + 1
        elif chance < 0.37:
            self._world.add_mood("stalled", "recently_played", hours=self._rng.uniform(0.4, 0.9))
            self.counts["stalled"] = self.counts.get("stalled", 0) + 1

    def _draw_trouble(self) -> list[str]:
        """Begin or end a stretch of database trouble; return the statements that do it."""
        if self._trouble_left:
            self._trouble_left -= 1
            if not self._trouble_left:
                ended, self._trouble = self._trouble, ""
                return [DATABASE_TROUBLES[ended][1]]
        elif self._rng.random() < 0.04:
            self._trouble = self._rng.choice(list(DATABASE_TROUBLES))
            self._trouble_left = self._rng.randint(*self._spans.pop())
            self._spans = self._spans or [_OUTAGE, _MOMENT, _MOMENT]
            return [DATABASE_TROUBLES[self._trouble][0]]
        return []

    def end(self) -> list[str]:
        """End what lasts; return the statements that do it."""
        ended, self._trouble, self._trouble_left = self._trouble, "", 0
        return [DATABASE_TROUBLES[ended][1]] if ended else []

    def _count(self, plight: Plight) -> None:
        names = [f"database {plight.database}"] if plight.database else []
        names += [plight.blow.kind] if plight.blow else []
        names += ["shot"] if plight.shot_after is not None else []
        names += ["two at once"] if plight.copies > 1 else []
        for name in names:
            self.counts[name] = self.counts.get(name, 0) + 1
