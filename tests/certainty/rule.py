"""The rule of certainty once more, in plain Python: nothing of the project is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

#: What the sign under a number is: of the look, not of the code.
SIGNS = {
    "exact": "double",
    "about": "single",
    "at least": "broken",
    "not fully seen": "broken",
    "not seen": "unseen",
}
DAY = timedelta(days=1)
LENGTH_MS = 240_000
Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Heard:
    """A counted play: when it ended, and its time where somebody measured it."""

    ended: datetime
    ms: int | None = None
    has_length: bool = True
    is_polled: bool = False


@dataclass(frozen=True)
class World:
    """What was heard of one listener, and who looked when."""

    name: str
    zone: str
    plays: tuple[Heard, ...] = ()
    imports: tuple[Span, ...] = ()
    first_poll: datetime | None = None
    last_contact: datetime | None = None
    gaps: tuple[Span, ...] = ()
    #: The first import begins with file number 0: nothing was played before it.
    is_whole: bool = False


@dataclass(frozen=True)
class Expected:
    """A number as it should stand: None is none, with both of its words."""

    plays: int | None
    ms: int | None
    certainty: str
    count_certainty: str

    @property
    def sign(self) -> str:
        return SIGNS[self.certainty]


class Rule:
    """What has to be said of a world at a moment."""

    def __init__(self, world: World, now: datetime) -> None:
        self.world = world
        self.now = now
        self.zone = ZoneInfo(world.zone)
        self.today = now.astimezone(self.zone).date()
        self._days_seen: dict[date, str] = {}

    @cached_property
    def timed(self) -> list[tuple[Heard, int]]:
        """Every play with its time: measured, or the smaller of its length and the time before."""
        found = []
        before: datetime | None = None
        for play in sorted(self.world.plays, key=lambda one: one.ended):
            ms = play.ms
            if ms is None:
                since = (play.ended - before) // timedelta(milliseconds=1) if before else LENGTH_MS
                ms = min(LENGTH_MS, since) if play.has_length else 0
            found.append((play, ms))
            before = play.ended
        return found

    @cached_property
    def seen(self) -> list[Span]:
        """Return what was seen, as stretches that do not touch."""
        spans = list(self.world.imports)
        if self.world.is_whole:
            spans[0] = (datetime.min.replace(tzinfo=UTC), spans[0][1])
        polled = [one.ended for one in self.world.plays if one.is_polled]
        starts = [*polled, *([self.world.first_poll] if self.world.first_poll else [])]
        if starts and self.world.last_contact:
            last = self.world.last_contact
            end = self.now if self.now - last < DAY else last
            pieces = [(min(starts), max(end, min(starts)))]
            for start, stop in self.world.gaps:
                pieces = [
                    piece
                    for one in pieces
                    for piece in ((one[0], min(one[1], start)), (max(one[0], stop), one[1]))
                    if piece[0] <= piece[1]
                ]
            spans += pieces
        joined: list[Span] = []
        for start, end in sorted(spans):
            if joined and start <= joined[-1][1]:
                joined[-1] = (joined[-1][0], max(joined[-1][1], end))
            else:
                joined.append((start, end))
        return joined

    def how_seen(self, start: datetime, end: datetime) -> str:
        end = min(end, self.now)
        if start > end:
            return "none"
        if any(one[0] <= start and end <= one[1] for one in self.seen):
            return "whole"
        return "part" if any(one[0] < end and start < one[1] for one in self.seen) else "none"

    def say(self, seen: str, plays: Sequence[tuple[Heard, int]]) -> Expected:
        is_estimated = any(play.ms is None for play, _ in plays)
        if seen == "none" and not plays:
            return Expected(None, None, "not seen", "not seen")
        word = {
            (True, False): "exact",
            (True, True): "about",
            (False, False): "at least",
            (False, True): "not fully seen",
        }[seen == "whole", is_estimated]
        count_word = "exact" if seen == "whole" else "at least"
        return Expected(len(plays), sum(ms for _, ms in plays), word, count_word)

    def midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), self.zone).astimezone(UTC)

    @cached_property
    def by_day(self) -> dict[date, list[tuple[Heard, int]]]:
        """Put every play to the day on which it ended, on the listener's clock."""
        found: dict[date, list[tuple[Heard, int]]] = {}
        for one in self.timed:
            found.setdefault(one[0].ended.astimezone(self.zone).date(), []).append(one)
        return found

    def find(self, first: date, last: date) -> list[tuple[Heard, int]]:
        return [one for day in self.list_days(first, last) for one in self.by_day.get(day, [])]

    def day_seen(self, day: date) -> str:
        if day not in self._days_seen:
            self._days_seen[day] = self.how_seen(self.midnight(day), self.midnight(day + DAY))
        return self._days_seen[day]

    def days(self, first: date, last: date) -> Expected:
        """Return what has to stand beside the sum of some days, whole ones from midnight on."""
        seen = self.how_seen(self.midnight(first), self.midnight(last + DAY))
        return self.say(seen, self.find(first, last))

    @property
    def first_day(self) -> date:
        return self.timed[0][0].ended.astimezone(self.zone).date()

    def all_time(self) -> Expected:
        return self.say(self.how_seen(self.timed[0][0].ended, self.now), self.timed)

    def list_days(self, first: date, last: date) -> list[date]:
        return [first + DAY * number for number in range((last - first).days + 1)]

    def is_seen(self, day: date, *, from_first_play: bool = False) -> bool:
        if from_first_play and day == self.first_day:
            return self.how_seen(self.timed[0][0].ended, self.midnight(day + DAY)) == "whole"
        return self.day_seen(day) == "whole"

    def count_days(self, first: date, last: date, *, is_all: bool = False) -> tuple[int, int, int]:
        days = self.list_days(first, last)
        wholly = [day for day in days if self.is_seen(day, from_first_play=is_all)]
        unseen = [day for day in days if day not in wholly and self.day_seen(day) == "none"]
        return len(wholly), len(days) - len(wholly) - len(unseen), len(unseen)

    def average_ms(self, first: date, last: date, *, is_all: bool = False) -> int | None:
        """Return the average of the wholly seen days, None where these are under seven."""
        days = [
            day for day in self.list_days(first, last) if self.is_seen(day, from_first_play=is_all)
        ]
        if len(days) < 7:
            return None
        return round(sum(ms for day in days for _, ms in self.find(day, day)) / len(days))

    def streaks(self) -> list[tuple[date, date, str]]:
        """Return the runs of days with a listen, and how sure the length of each is."""
        active = sorted(
            {
                play.ended.astimezone(self.zone).date()
                for play, ms in self.timed
                if ms >= 30_000  # none of the made tracks is shorter
            }
        )
        runs: list[list[date]] = []
        for day in active:
            if runs and runs[-1][1] + DAY == day:
                runs[-1][1] = day
            else:
                runs.append([day, day])
        return [
            (first, last, "exact" if self._is_edge(first - DAY) and self._is_edge(last + DAY)
             else "at least")
            for first, last in runs
        ]  # fmt: skip

    def _is_edge(self, day: date) -> bool:
        return self.first_day <= day < self.today and self.day_seen(day) == "whole"

    def status(self, year: int) -> str:
        if year >= self.today.year:
            return "open"
        word = self.days(date(year, 1, 1), date(year, 12, 31)).certainty
        return "closed" if word == "exact" else word
