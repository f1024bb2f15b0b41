"""Read ``schedule.toml``: how often each job runs, in each of the places where it can run."""

from __future__ import annotations

import math
import re
import tomllib
from pathlib import Path
from typing import NamedTuple

SCHEDULE = Path(__file__).with_name("schedule.toml")
PLACES = ("container", "pi", "pi_fallback", "computer", "actions", "actions_dense", "web_clock")
_OPTIONS = ("if_stale", "load_every")


class Line(NamedTuple):
    """One line of the schedule: stretches of ``every`` seconds that begin ``at`` past midnight.

    ``if_stale`` and ``load_every`` are durations as the job takes them ("25m"), "" for none.
    """

    job: str
    place: str
    every: int
    at: int = 0
    if_stale: str = ""
    load_every: str = ""

    @property
    def arguments(self) -> tuple[str, ...]:
        """Return what stands after the job's name."""
        given = zip(_OPTIONS, (self.if_stale, self.load_every), strict=True)
        words = [(f"--{option.replace('_', '-')}", value) for option, value in given if value]
        return tuple(word for pair in words for word in pair)

    def begins_at(self, now: float) -> float:
        """Return when the present stretch began (seconds since 1970, as time.time())."""
        return math.floor((now - self.at) / self.every) * self.every + self.at

    def is_due(self, done_at: float, now: float) -> bool:
        """Say whether the present stretch still lacks its run; a time to come counts as none."""
        return not self.begins_at(now) <= done_at <= now


def read_schedule(path: Path = SCHEDULE) -> list[Line]:
    """Read all lines, in the file's order; one that cannot be read ends everything, by name."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise SystemExit(f"{path}: {error}") from None
    lines = []
    for job, table in tables.items():
        for place, words in table.items() if isinstance(table, dict) else [(job, table)]:
            line = _read_line(job, place, words)
            if line is None:
                raise SystemExit(
                    f'{path}, {job}, {place}: write container = {{ every = "15m", at = "7m" }}'
                    f" under [get_last_50], not {words!r}"
                )
            lines.append(line)
    return lines


def read_place(place: str, path: Path = SCHEDULE) -> list[Line]:
    """Read the lines of one place; a schedule that has none for it ends everything."""
    lines = [line for line in read_schedule(path) if line.place == place]
    if not lines:
        raise SystemExit(f"{path}: names no job for {place}")
    return lines


def find_line(job: str, place: str, path: Path = SCHEDULE) -> Line:
    """Return a job's line in a place; KeyError where it does not run there."""
    return {line.job: line for line in read_place(place, path)}[job]


def _read_line(job: str, place: str, words: object) -> Line | None:
    """Return the line that a table of TOML stands for; None where it is no such thing."""
    if place not in PLACES or not isinstance(words, dict):
        return None
    every, at = read_seconds(words.get("every")), read_seconds(words.get("at", "0s"))
    options = {name: str(words[name]) for name in words.keys() - {"every", "at"}}
    if not every or at is None or not options.keys() <= set(_OPTIONS):
        return None
    if not all(re.fullmatch(r"\d+[smh]", value) for value in options.values()):
        return None
    return Line(job, place, every, at, **options)


def read_seconds(word: object) -> int | None:
    """Read 15m, 4h11m or 90s as seconds; None where it is no such thing."""
    found = re.fullmatch(r"(?=.)(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?", str(word))
    if found is None:
        return None
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return (hours * 60 + minutes) * 60 + seconds
