"""Several runners at once: each a process of its own, with a spool, a clock and a mind of its own.

All reach one ledger through a pooler. Their clocks are wrong by up to a quarter of an hour,
either way; they start within half a second of one another, while time goes on.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import NamedTuple

from everheard.config import PROJECT_DIR
from everheard.failure import ExitCode
from simulator.clock import MINUTE_MS
from tests.lossless.trial import NOWHERE, Trial
from tests.wrong_clock import shift_clock

RUNNERS = ("actions", "pi", "laptop")
WRONG_BY_MINUTES = 15
#: What the third of them may do beside the polls of the others.
OTHER_WORK = ("get_last_50", "get_last_50 --if-stale 25m", "artists_and_tracks", "rank_albums")


class Outcome(NamedTuple):
    """How one process of a round ended, and what it said."""

    runner: str
    is_away: bool
    code: int
    said: str

    @property
    def is_well(self) -> bool:
        """Return whether it did what it could: a ledger that is away is none of its fault."""
        expected = ExitCode.DATABASE_TROUBLE if self.is_away else ExitCode.DONE
        return self.code == expected and "Traceback" not in self.said


class Crowd:
    """Runners that meet round after round at a trial's ledger."""

    def __init__(self, trial: Trial, pooled_url: str, folder: Path, *, seed: int) -> None:
        self.outcomes: list[Outcome] = []
        self.minutes_wrong: list[float] = []
        self._trial = trial
        self._url = pooled_url
        self._folder = folder
        self._rng = Random(seed)
        self._take_longer("source_poll_play", "fact_play", "dim_track")

    def meet(self, rounds: int) -> None:
        """Let two or three runners work at once, round after round; what was spooled comes in.

        All three come first to an empty ledger, while time stands still: what they find there
        is what ``Trial.read_heard`` begins with.
        """
        self._start_together([(runner, "get_last_50", False) for runner in RUNNERS], moves=False)
        for _ in range(rounds):
            self._wait(self._rng.uniform(5, 120))
            self._start_together(self._draw())
        for runner in RUNNERS:
            self._start_together([(runner, "get_last_50", False)])

    def count_ends(self) -> Counter[str]:
        """Return how often each exit code came, away from the ledger and not."""
        return Counter(
            f"{one.code} (ledger away)" if one.is_away else str(one.code) for one in self.outcomes
        )

    def _take_longer(self, *tables: str) -> None:
        """Let every write take a moment, so that transactions meet that would miss one another."""
        for table in tables:
            self._trial.execute(
                "create or replace function public.take_longer() returns trigger language plpgsql"
                " as $$begin perform pg_sleep(random() * 0.05); return null; end$$;"
                "create trigger take_longer after insert or delete or update"
                f" on warehouse.{table} for each statement execute function public.take_longer()"
            )

    def _draw(self) -> list[tuple[str, str, bool]]:
        """Draw who comes in which order, what they do, and from whom the ledger is away."""
        runners = self._rng.sample(RUNNERS, self._rng.choice([2, 3, 3]))
        work = ["get_last_50", "get_last_50", self._rng.choice(OTHER_WORK)]
        away = self._rng.choice(runners) if self._rng.random() < 0.2 else ""
        return [
            (runner, words, runner == away and words == "get_last_50")
            for runner, words in zip(runners, work, strict=False)
        ]

    def _wait(self, minutes: float) -> None:
        self._trial.wait_until(self._trial.world.clock.now_ms + round(minutes * MINUTE_MS))

    def _start_together(self, drawn: list[tuple[str, str, bool]], *, moves: bool = True) -> None:
        started = []
        for runner, words, is_away in drawn:
            started.append((runner, is_away, self._start(runner, words, is_away=is_away)))
            time.sleep(self._rng.choice([0.0, 0.0, 0.05, 0.2, 0.5]))
            self._wait(self._rng.choice([0, 0, 3]) * moves)
        for runner, is_away, process in started:
            said, _ = process.communicate(timeout=120)
            self.outcomes.append(Outcome(runner, is_away, process.returncode, said))

    def _start(self, runner: str, words: str, *, is_away: bool) -> subprocess.Popen[str]:
        wrong = self._rng.uniform(-WRONG_BY_MINUTES, WRONG_BY_MINUTES)
        self.minutes_wrong.append(wrong)
        job, *options = words.split()
        return subprocess.Popen(
            [sys.executable, "-m", f"jobs.{job}", *options],
            cwd=PROJECT_DIR,
            env={
                **os.environ,
                **self._trial.environ,
                **shift_clock(timedelta(minutes=wrong)),
                "DATABASE_URL": NOWHERE if is_away else self._url,
                "EVERHEARD_RUNNER": runner,
                "EVERHEARD_HOME": str(self._folder / runner),
                "SPOOL_DIR": str(self._folder / runner),
                "LISTENER_TIMEZONE": "UTC",
                "METADATA_CALLS_PER_DAY": "2000",
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
        )
