"""Judge this machine's own schedule: whether it runs, and what came of each job."""

from __future__ import annotations

import time
from pathlib import Path

from cli.doctor.check import Check, bad, good, note, soon
from cli.schedule import LOG
from cli.schedule.definitions import START_LOG
from cli.schedule.kept import read_runs, read_set_up_at
from everheard.failure import ExitCode
from everheard.rims.counted import say_counted
from runner.schedule import read_place

#: Ends that the next run cures by itself.
_PASSING = {ExitCode.SPOTIFY_UNAVAILABLE, ExitCode.DATABASE_TROUBLE, ExitCode.TRY_LATER}
#: How many turns of the schedule may be missed before somebody is told.
_TURNS_MISSED = 3


def check_schedule(home: Path, now: float | None = None) -> list[Check]:
    """Say how each scheduled job ended last; nothing where this machine is no runner."""
    set_up_at, now = read_set_up_at(home), time.time() if now is None else now
    if set_up_at is None:
        return []
    runs = read_runs(home)
    checks = []
    for job, last in runs.items():
        if last.exit_code:
            says = f"{job} failed at {last.moment} ({last.exit_code})"
            judge = soon if last.exit_code in _PASSING else bad
            checks.append(judge("schedule", says, last.said.removeprefix(f"{job}: ")))
    longest = _TURNS_MISSED * read_place("computer")[0].every
    newest = max((last.began_at for last in runs.values()), default=set_up_at)
    if now - newest > longest:
        # A machine that slept looks the same for a moment: the next turn is on its way.
        says = "has not run yet" if not runs else "has not run for an hour or more"
        checks.append(soon("schedule", says, f"{home / START_LOG} and {LOG} beside it may say why"))
    elif not runs:
        checks.append(note("schedule", "on; the first run is still to come"))
    return checks or [good("schedule", f"on; {say_counted(len(runs), 'job')}, and each went well")]
