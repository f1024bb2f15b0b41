"""The questions answered once more, in plain Python, from nothing but plays."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

PAUSE = timedelta(minutes=30)


class Track(NamedTuple):
    """A track: its song, its length in ms, who is credited (main first), its album."""

    name: str
    song: int
    length: int | None
    artists: tuple[int, ...]
    album: int


class Play(NamedTuple):
    """What happened; ``ms`` None: nobody measured it."""

    at: datetime
    track: int
    ms: int | None = None
    is_skipped: bool | None = None
    reason_end: str | None = None


class Heard(NamedTuple):
    """A play, and what is made of it."""

    play: Play
    track: Track
    local: datetime
    ms: int
    is_estimated: bool
    is_listen: bool

    @property
    def day(self) -> date:
        return self.local.date()

    @property
    def month(self) -> date:
        return self.day.replace(day=1)

    @property
    def start(self) -> datetime:
        return self.play.at - timedelta(milliseconds=self.ms)

    @property
    def is_skip(self) -> bool | None:
        """By the flag, else by a known reason."""
        if self.play.is_skipped is not None:
            return self.play.is_skipped
        reason = self.play.reason_end
        return None if reason in {None, "unknown"} else reason == "fwdbtn"


def hear(plays: Iterable[Play], tracks: dict[int, Track], zone: str) -> list[Heard]:
    """Return what was heard, in the order of time. An estimate is cut by the play before."""
    heard, ordered = [], sorted(plays)
    for play in ordered:
        track = tracks[play.track]
        ms = play.ms
        if ms is None:
            ends = [other.at for other in ordered if other.at < play.at]
            since = (play.at - max(ends)) / timedelta(milliseconds=1) if ends else None
            ms = 0 if track.length is None else int(min(track.length, since or track.length))
        is_listen = ms >= min(30_000, track.length or 30_000)
        local = play.at.astimezone(ZoneInfo(zone))
        heard.append(Heard(play, track, local, ms, play.ms is None, is_listen))
    return heard


def find_sessions(heard: list[Heard]) -> set[tuple[datetime, datetime, int, int]]:
    """Return (began, ended, plays, ms): what no silence of over half an hour parts."""
    sessions: list[list[Heard]] = []
    for one in heard:
        near = [
            session
            for session in sessions
            if any(
                one.start - other.play.at <= PAUSE and other.start - one.play.at <= PAUSE
                for other in session
            )
        ]
        sessions = [session for session in sessions if session not in near]
        sessions.append([one, *(other for session in near for other in session)])
    return {
        (
            min(one.start for one in session),
            max(one.play.at for one in session),
            len(session),
            sum(one.ms for one in session),
        )
        for session in sessions
    }


def sum_by(
    heard: Iterable[Heard], keys: Callable[[Heard], Iterable[int]]
) -> dict[int, list[Heard]]:
    """Return what was heard of each thing; the unknown ones, key 0, are none."""
    found: dict[int, list[Heard]] = defaultdict(list)
    for one in heard:
        for key in keys(one):
            if key != 0:
                found[key].append(one)
    return found


def find_discoveries(
    heard: list[Heard], keys: Callable[[Heard], Iterable[int]]
) -> set[tuple[int, date, date, int, int]]:
    """Return (thing, first and last day of a listen, plays, ms): of what was listened to."""
    found = set()
    for key, plays in sum_by(heard, keys).items():
        days = [one.day for one in plays if one.is_listen]
        if days:
            ms = sum(one.ms for one in plays)
            found.add((key, min(days), max(days), len(plays), ms))
    return found


def find_comebacks(heard: list[Heard]) -> set[tuple[int, date, date, int, int]]:
    """Return (artist, left, returned, ms before the month of the return, ms since)."""
    found = set()
    for artist, plays in sum_by(heard, lambda one: one.track.artists).items():
        listens = [one for one in plays if one.is_listen]
        for left, back in itertools.pairwise(listens):
            if back.play.at >= add_year(left.play.at):
                before = sum(one.ms for one in plays if one.month < back.month)
                since = sum(one.ms for one in plays) - before
                found.add((artist, left.day, back.day, before, since))
    return found


def add_year(moment: datetime) -> datetime:
    """Return the same moment a year later; 29 February becomes the 28th."""
    try:
        return moment.replace(year=moment.year + 1)
    except ValueError:
        return moment.replace(year=moment.year + 1, day=28)


def rank(
    heard: Iterable[Heard],
    keys: Callable[[Heard], Iterable[int]],
    names: Callable[[int, list[Heard]], tuple[str, ...]],
) -> list[tuple[int, int, int]]:
    """Return (thing, plays, ms) in order: the most time, then plays, then by name."""
    summed = sum_by(heard, keys)
    order = sorted(
        summed,
        key=lambda key: (
            -sum(one.ms for one in summed[key]),
            -len(summed[key]),
            names(key, summed[key]),
        ),
    )
    return [(key, len(summed[key]), sum(one.ms for one in summed[key])) for key in order]


def find_skips(heard: list[Heard]) -> set[tuple[int, int, int, int, int]]:
    """Return (artist, plays, judged, of these by the reason, skipped) of whoever is judged."""
    found = set()
    for artist, plays in sum_by(heard, lambda one: one.track.artists).items():
        judged = [one for one in plays if one.is_skip is not None]
        reasoned = sum(one.play.is_skipped is None for one in judged)
        if judged:
            skipped = sum(one.is_skip is True for one in judged)
            found.add((artist, len(plays), len(judged), reasoned, skipped))
    return found


def find_new_artists(heard: list[Heard]) -> set[tuple[date, int, int, int]]:
    """Return (day, artist, plays, ms) of the days on which somebody was listened to first."""
    found = set()
    for artist, plays in sum_by(heard, lambda one: one.track.artists).items():
        days = [one.day for one in plays if one.is_listen]
        if days:
            on_day = [one for one in plays if one.day == min(days)]
            found.add((min(days), artist, len(on_day), sum(one.ms for one in on_day)))
    return found
