"""Listeners: what each has heard, and what Spotify would show of it at any moment."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator
from heapq import nsmallest
from typing import NamedTuple

from simulator.catalogue import Catalogue, SimulatedArtist, SimulatedTrack
from simulator.clock import DAY_MS, HOUR_MS, from_iso, to_iso
from simulator.listening import Play, draw_day
from simulator.randomness import base62, seeded
from simulator.taste import QUARTER_DAYS, Taste, rank_artists

#: Recently-played never shows more.
WINDOW_SIZE = 50
#: Mean plays a day by kind of listener.
KINDS = {"light": 15.0, "steady": 45.0, "heavy": 130.0, "quiet": 0.0}
#: The listening day turns at 04:00; listeners live one hour east of Greenwich.
DAY_OFFSET_MS = 3 * HOUR_MS
NAMES = ["ada", "ben", "cleo", "dara", "emil"]


class DuePlay(NamedTuple):
    """One play that is due in recently-played: the ground truth that a ledger must match.

    ``lost_ms`` is when it sank below the window: a poll sees it from
    ``uploaded_ms`` up to, not including, that moment; None while it is shown.
    """

    played_at: str
    played_at_ms: int
    track_id: str
    track_name: str
    ms_played: int
    context_uri: str | None
    uploaded_ms: int
    lost_ms: int | None


class SimulatedListener:
    """One person and everything they listen to, drawn day by day when asked for."""

    def __init__(
        self, number: int, kind: str, seed: int, catalogue: Catalogue, since_ms: int
    ) -> None:
        self.name = NAMES[number] if number < len(NAMES) else f"listener{number}"
        self.kind = kind
        self.account_id = base62(seed, "account", self.name)
        self.user_id = base62(seed, "user", self.name, length=25).lower()
        self.since_ms = since_ms
        self._drawn_since_ms = since_ms
        self._seed = seed
        self._catalogue = catalogue
        self._days: dict[int, list[Play]] = {}
        self._tastes: dict[int, Taste] = {}

    def hear(
        self,
        track: SimulatedTrack,
        ended: int | str,
        *,
        ms_played: int | None = None,
        uploaded: int | str | None = None,
        context_uri: str | None = None,
    ) -> Play:
        """Add one play of exactly this kind; ``ended`` and ``uploaded`` in ms or ISO text."""
        ended_ms = from_iso(ended) if isinstance(ended, str) else ended
        uploaded_ms = from_iso(uploaded) if isinstance(uploaded, str) else uploaded
        heard_ms = track.duration_ms if ms_played is None else ms_played
        play = Play(
            started_ms=ended_ms - heard_ms,
            ended_ms=ended_ms,
            uploaded_ms=ended_ms if uploaded_ms is None else uploaded_ms,
            ms_played=heard_ms,
            item=track,
            context_uri=context_uri,
            reason_start="clickrow",
            reason_end="trackdone" if heard_ms == track.duration_ms else "fwdbtn",
            shuffle=False,
            offline=uploaded_ms is not None,
            private=False,
            platform="linux",
            country="DE",
        )
        insort(self._read_day(_day_of(ended_ms)), play, key=lambda other: other.ended_ms)
        self.since_ms = min(self.since_ms, play.started_ms)
        return play

    def taste(self, moment_ms: int) -> Taste:
        """Return what the listener likes at that moment."""
        quarter = moment_ms // DAY_MS // QUARTER_DAYS
        if quarter not in self._tastes:
            artists = rank_artists(self._catalogue, self._seed, self.name, quarter)
            self._tastes[quarter] = Taste(artists, quarter)
        return self._tastes[quarter]

    def favourites(self, moment_ms: int) -> list[SimulatedArtist]:
        """Return the artists from the most liked on."""
        return self.taste(moment_ms).artists

    def plays(self, since_ms: int, until_ms: int) -> Iterator[Play]:
        """Yield everything that ended from ``since_ms`` up to, not including, ``until_ms``."""
        since_ms = max(since_ms, self.since_ms)
        for day in range(_day_of(since_ms), _day_of(until_ms) + 1):
            for play in self._read_day(day):
                if since_ms <= play.ended_ms < until_ms:
                    yield play

    def window(self, now_ms: int) -> list[Play]:
        """Return what recently-played can show at that moment, newest first: 50 plays at most."""
        shown: list[Play] = []
        day = _day_of(now_ms)
        while len(shown) < WINDOW_SIZE and (day + 1) * DAY_MS > self.since_ms - DAY_MS:
            shown += [
                play
                for play in reversed(self._read_day(day))
                if play.uploaded_ms <= now_ms and play.is_due
            ]
            day -= 1
        return shown[:WINDOW_SIZE]

    def playing(self, now_ms: int) -> Play | None:
        """Return what plays at that moment where Spotify can know it."""
        day = self._read_day(_day_of(now_ms))
        place = bisect_left(day, now_ms + 1, key=lambda play: play.ended_ms)
        if place == len(day) or day[place].started_ms > now_ms:
            return None
        return None if day[place].offline or day[place].private else day[place]

    def heard(self, now_ms: int, since_ms: int | None = None) -> list[DuePlay]:
        """Return the ground truth: every play uploaded by now that was due, oldest first.

        ``since_ms`` leaves out what ended before it.
        """
        first_ms = self.since_ms if since_ms is None else since_ms
        due = [
            play
            for play in self.plays(first_ms, now_ms + 1)
            if play.is_due and play.uploaded_ms <= now_ms
        ]
        return [_to_heard(play, _find_loss(due, place)) for place, play in enumerate(due)]

    def _read_day(self, day: int) -> list[Play]:
        if day not in self._days:
            self._days[day] = self._draw(day)
        return self._days[day]

    def _draw(self, day: int) -> list[Play]:
        start_ms = day * DAY_MS + DAY_OFFSET_MS
        if not KINDS[self.kind] or start_ms < self._drawn_since_ms - DAY_MS:
            return []
        rng = seeded(self._seed, self.name, day)
        plays = draw_day(rng, start_ms, KINDS[self.kind], self.taste(start_ms), self._catalogue)
        return [play for play in plays if play.started_ms >= self._drawn_since_ms]


def _day_of(moment_ms: int) -> int:
    return (moment_ms - DAY_OFFSET_MS) // DAY_MS


def _find_loss(due: list[Play], place: int) -> int | None:
    """Return when fifty newer plays were known; late uploads reach a day ahead at most."""
    newer = due[place + 1 : place + 1 + WINDOW_SIZE]
    if len(newer) < WINDOW_SIZE:
        return None
    reach = place + 1 + WINDOW_SIZE
    latest_ms = max(play.uploaded_ms for play in newer)
    if latest_ms == newer[-1].ended_ms:
        return latest_ms  # nothing among them came late
    while reach < len(due) and due[reach].ended_ms < latest_ms:
        newer.append(due[reach])
        reach += 1
    return nsmallest(WINDOW_SIZE, (play.uploaded_ms for play in newer))[-1]


def _to_heard(play: Play, lost_ms: int | None) -> DuePlay:
    assert isinstance(play.item, SimulatedTrack)  # noqa: S101 - is_due says so; this tells the type checker
    return DuePlay(
        to_iso(play.ended_ms),
        play.ended_ms,
        play.item.id or "",
        play.item.name,
        play.ms_played,
        play.context_uri,
        play.uploaded_ms,
        lost_ms,
    )
