"""The loop: what is due is run, in the order of the schedule, each job as a process of its own."""

from __future__ import annotations

import math
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

from runner.schedule import Line

PROJECT_DIR = Path(__file__).resolve().parent.parent
#: As on a Pi (pi/units/everheard@.service): no job takes longer, but one that hangs.
LONGEST_RUN_S = 600
#: What a job under way is given to end by itself when the container stops; compose.yaml knows it.
#: Cut off, it loses nothing: every job is safe to kill.
GRACE_S = 20
#: After a failure a job is not left until its next turn: a third of that, an hour at most.
RETRIES_A_TURN = 3
LONGEST_RETRY_S = 3600
#: The schedule is looked at this often at least, whatever the machine's clock has done.
LONGEST_NAP_S = 30
#: The container counts as healthy until the first job has missed this many turns.
TURNS_MISSED = 4


class Runner:
    """The schedule, and what is known of each job: kept as the times of files in a folder."""

    def __init__(self, lines: list[Line], folder: Path, stopping: threading.Event) -> None:
        self._lines = lines
        self._folder = folder
        self._stopping = stopping
        self._done_at = {line.job: read_done_at(folder, line.job) for line in lines}
        self._failed_at: dict[str, float] = {}

    def keep_going(self) -> None:
        """Run what is due, in the order of the schedule, until told to stop."""
        while not self._stopping.is_set():
            due = next((line for line in self._lines if self._is_due(line)), None)
            if due is None:
                self._stopping.wait(self._find_nap())
            else:
                self._run(due)

    def _is_due(self, line: Line) -> bool:
        now = time.time()
        pause = min(line.every / RETRIES_A_TURN, LONGEST_RETRY_S)
        if 0 <= now - self._failed_at.get(line.job, -math.inf) < pause:
            return False
        return line.is_due(self._done_at[line.job], now)

    def _find_nap(self) -> float:
        now = time.time()
        return min(LONGEST_NAP_S, *(line.begins_at(now) + line.every - now for line in self._lines))

    def _run(self, line: Line) -> None:
        began = time.time()
        child = subprocess.Popen(  # noqa: S603 (our own jobs)
            [sys.executable, "-P", "-m", f"jobs.{line.job}", *line.arguments],
            cwd=PROJECT_DIR,
            env={**os.environ, "PYTHONPATH": str(PROJECT_DIR), "EVERHEARD_TRIGGER": "timer"},
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl+C is for us, and we wait for the job
        )
        if self._wait_for(child) == 0:
            self._failed_at.pop(line.job, None)
            self._note_done(line.job, began)
        else:
            self._failed_at[line.job] = began

    def _wait_for(self, child: subprocess.Popen[bytes]) -> int:
        """Wait for the end of a job, and cut off one that hangs or outlasts the grace."""
        deadline = time.monotonic() + LONGEST_RUN_S
        while True:
            try:
                return child.wait(timeout=0.2)
            except subprocess.TimeoutExpired:
                now = time.monotonic()
                if self._stopping.is_set():
                    deadline = min(deadline, now + GRACE_S)
                if now >= deadline:
                    print("runner: a job took too long and was cut off", flush=True)
                    child.kill()
                    return child.wait()

    def _note_done(self, job: str, moment: float) -> None:
        self._done_at[job] = moment
        try:
            note_done(self._folder / job, moment)
        except OSError as error:
            print(f"runner: {self._folder} cannot be written ({error.strerror})", flush=True)


def note_done(path: Path, moment: float) -> None:
    """Keep a moment as the time of a file of our own, never through a link."""
    flags = os.O_WRONLY | os.O_CREAT
    for careful in ("O_NOFOLLOW", "O_NONBLOCK"):
        flags |= getattr(os, careful, 0)
    descriptor = os.open(path, flags, 0o600)
    try:
        os.utime(descriptor if os.utime in os.supports_fd else path, (moment, moment))
    finally:
        os.close(descriptor)


def read_done_at(folder: Path, job: str) -> float:
    """Return when the last successful run of a job began; 0 where there was none."""
    try:
        return (folder / job).stat().st_mtime
    except FileNotFoundError:
        return 0


def is_healthy(line: Line, folder: Path) -> bool:
    """Say whether a job has succeeded lately."""
    return time.time() - read_done_at(folder, line.job) < TURNS_MISSED * line.every
