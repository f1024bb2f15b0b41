"""Run a job in this process, and hear what it says instead of printing it."""

from __future__ import annotations

import io
from contextlib import redirect_stderr, redirect_stdout
from typing import NamedTuple

from everheard.config import Settings
from everheard.run.job import Job, run_job


class QuietRun(NamedTuple):
    """How a job ended, and all it said."""

    exit_code: int
    said: str

    @property
    def last_line(self) -> str:
        """Return the line that says what was done."""
        return self.said.rsplit("\n", maxsplit=1)[-1]


def run_quietly(job: Job, *words: str, settings: Settings | None = None) -> QuietRun:
    """Run a job with these words; ``settings`` None: those of the environment."""
    said = io.StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        exit_code = run_job(job, list(words), settings)
    return QuietRun(exit_code, said.getvalue().strip())
