"""Who polls how often: plays lost, gaps recorded, minutes billed, compute hours, over 90 days.

Three listeners of the simulator live through the same days under each schedule. A play is
lost when no poll came while Spotify showed it; gaps are found by the rule the ledger uses.
GitHub's lateness is that of an hourly job measured in September 2026. No database, no HTTP:
what is simulated is time. Ends with 1 where a play is lost although a Pi was polling.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
from bisect import bisect_left, insort
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from benchmarks.machine import print_table
from everheard.ledger.rules.gaps import find_gaps
from everheard.rows import Moment, Page
from runner.schedule import Line, find_line, read_seconds
from simulator.clock import DAY_MS, MINUTE_MS, SECOND_MS
from simulator.listeners import WINDOW_SIZE, SimulatedListener
from simulator.world import World, WorldSettings

LISTENERS = ("light", "steady", "heavy")
#: Minutes between runs of one "hourly" job, 1 to 3 September 2026.
MEASURED_GAPS = (349, 270, 179, 146, 240, 323, 291, 261, 175, 147, 124)
#: Neon sleeps five minutes after the last query; 0.25 compute units.
AWAKE_MINUTES, COMPUTE_UNITS = 6, 0.25
#: What GitHub bills: every run is rounded up to a minute. Ours are under one (cold, 45 s at most
#: by design), but for those that install everything.
MINUTES_A_RUN = {"daily": 2, "dashboard": 2, "pages": 2}
#: A day's other runs on Actions: daily and issues.
DAILY_MINUTES = MINUTES_A_RUN["daily"] + 1
#: One of the minutes that a listener may have drawn.
GITHUB_MINUTE = 37
MONTH_DAYS = 30


class Schedule(NamedTuple):
    """When anybody polls, and when the database is woken (ms from the start)."""

    name: str
    has_pi: bool
    actions: list[int]
    polls: list[int]
    wakes: list[int]


class LedgerOutcome(NamedTuple):
    """What a listener's ledger came to."""

    heard: int
    lost: int
    gaps: int


def main(argv: list[str] | None = None) -> int:
    """Run every schedule and print a table; return 1 where a Pi did not save a play."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(argv)
    world = World(WorldSettings(seed=options.seed, listeners=LISTENERS, history_days=2))
    rows: list[tuple[str, ...]] = [
        (
            "who polls",
            *(f"{kind}: heard / lost / gaps" for kind in LISTENERS),
            "billed minutes a month",
            "compute hours a month",
        )
    ]
    lost_beside_pi = 0
    for schedule in make_schedules(options.days, random.Random(options.seed)):
        outcomes = [
            live(listener, world.clock.now_ms, options.days, schedule.polls)
            for listener in world.listeners.values()
        ]
        lost_beside_pi += sum(one.lost for one in outcomes) if schedule.has_pi else 0
        months = options.days / MONTH_DAYS
        billed = (len(schedule.actions) + DAILY_MINUTES * options.days) if schedule.actions else 0
        rows.append(
            (
                schedule.name,
                *(f"{one.heard} / {one.lost} / {one.gaps}" for one in outcomes),
                f"{billed / months:.0f}",
                f"{count_compute_hours(schedule.wakes) / months:.1f}",
            )
        )
    print_table(rows)
    print(f"\n{options.days} days, seed {options.seed}; lost beside a Pi: {lost_beside_pi}")
    return 1 if lost_beside_pi else 0


def make_schedules(days: int, rng: random.Random) -> Iterator[Schedule]:
    """Yield the schedules in the order of the table."""
    github, pi, computer = (
        find_line("get_last_50", place) for place in ("actions", "pi", "computer")
    )
    on_time = tick(days, github._replace(at=GITHUB_MINUTE * 60))
    late = draw_late_runs(days, rng)
    pi_polls = tick(days, pi)
    pi_loads = tick(days, pi._replace(every=find_interval(pi.every, pi.load_every)))
    office = [
        moment for moment in tick(days, computer) if 9 <= moment // (60 * MINUTE_MS) % 24 < 18
    ]
    yield Schedule("GitHub, if it were on time", False, on_time, on_time, on_time)
    yield Schedule("GitHub, as late as measured", False, late, late, late)
    computer_polls = sorted({*late, *office})
    yield Schedule(
        "GitHub late, and a computer from 9 to 18", False, late, computer_polls, computer_polls
    )
    yield Schedule("a Pi alone", True, [], pi_polls, pi_loads)
    yield Schedule("GitHub late, and a Pi", True, late, [*pi_polls, *late], [*pi_loads, *late])


def tick(days: int, line: Line) -> list[int]:
    """Return the moments (ms from the start) of a line of the schedule that comes on time."""
    return list(range(line.at * SECOND_MS, days * DAY_MS, line.every * SECOND_MS))


def find_interval(every: int, duration: str) -> int:
    """Return the seconds between runs that work, where those within a duration ("55m") do not."""
    return max(1, math.ceil((read_seconds(duration) or 0) / every)) * every


def draw_late_runs(days: int, rng: random.Random) -> list[int]:
    """Return the moments of runs as far apart as those measured, drawn anew."""
    moments = [37 * MINUTE_MS]
    while moments[-1] < days * DAY_MS:
        moments.append(moments[-1] + rng.choice(MEASURED_GAPS) * MINUTE_MS)
    return moments[:-1]


def live(listener: SimulatedListener, start_ms: int, days: int, polls: list[int]) -> LedgerOutcome:
    """Let a listener live, and the polls come; return what was lost and what was noticed."""
    moments = sorted(start_ms + poll for poll in polls)
    due = [
        play
        for play in listener.heard(start_ms + days * DAY_MS, start_ms)
        if play.lost_ms is None or play.lost_ms > play.uploaded_ms  # else it was never shown
    ]
    lost = 0
    for play in due:
        place = bisect_left(moments, play.uploaded_ms)
        is_seen = place < len(moments) and (play.lost_ms is None or moments[place] < play.lost_ms)
        # Shown to the end, and nobody has come yet: the next poll sees it.
        lost += not is_seen and play.lost_ms is not None
    return LedgerOutcome(len(due), lost, count_gaps(listener, moments))


def count_gaps(listener: SimulatedListener, moments: list[int]) -> int:
    """Return how many gaps the ledger would record, page by page."""
    known: list[datetime] = []
    gaps = 0
    for moment in moments:
        shown = [to_datetime(play.ended_ms) for play in listener.window(moment)][::-1]
        if not shown:
            continue
        page = Page(
            moments=tuple(Moment(at, None) for at in shown),
            is_full=len(shown) == WINDOW_SIZE,
            oldest_duration_ms=0,
        )
        place = bisect_left(known, shown[0])
        before = {shown[0]: known[place - 1]} if place else {}
        seen = set(known[place:])
        gaps += len(find_gaps([page], seen, before))
        for at in shown:
            if at not in seen:
                insort(known, at)
    return gaps


def to_datetime(moment_ms: int) -> datetime:
    """Return a moment as the ledger has it."""
    return datetime.fromtimestamp(moment_ms / 1000, UTC)


def count_compute_hours(wakes: list[int]) -> float:
    """Return the compute hours of a database that wakes at these moments and falls asleep."""
    awake = {wake // MINUTE_MS + minute for wake in wakes for minute in range(AWAKE_MINUTES)}
    return len(awake) / 60 * COMPUTE_UNITS


if __name__ == "__main__":
    sys.exit(main())
