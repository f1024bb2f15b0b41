"""Make this machine a runner: ``python start.py schedule on | off | status | reset``."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from everheard.config import PROJECT_DIR, Settings
from everheard.failure import ExitCode, Failure
from everheard.minutes import commit_new_minutes
from everheard.modules import run_module
from everheard.schedule.definitions import EVERY_MINUTES, Place
from everheard.schedule.schedulers import find_scheduler

STALE_AFTER = "25m"
LOG = "schedule.log"
_LOG_LINES = 500


def change_schedule(word: str, settings: Settings) -> str:
    """Do what the word says; return a sentence."""
    if word == "reset":
        return commit_new_minutes()
    scheduler = find_scheduler()
    if word == "on":
        scheduler.turn_on(Place(Path(sys.executable), PROJECT_DIR))
        return (
            f"schedule: on; {scheduler.name} looks every {EVERY_MINUTES} minutes and works when no"
            f" other runner has for {STALE_AFTER}; what it says goes to {settings.home / LOG}"
        )
    if word == "off":
        scheduler.turn_off()
        return f"schedule: off; {scheduler.name} has nothing of ours"
    if not scheduler.is_on():
        return "schedule: this machine is no runner; `python start.py schedule on` makes it one"
    return f"schedule: on, through {scheduler.name}; last: {read_last_line(settings.home)}"


def read_last_line(home: Path) -> str:
    """Return what the last scheduled run said."""
    try:
        lines = (home / LOG).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return "it has not run yet"
    return lines[-1] if lines else "it has not run yet"


def tick(settings: Settings) -> int:
    """Run the job as the scheduler does; keep what it said in a log of bounded length."""
    done = run_module("jobs.get_last_50", "--if-stale", STALE_AFTER, EVERHEARD_TRIGGER="timer")
    moment = datetime.now(UTC).strftime("%Y-%m-%d %H:%M")
    said = [f"{moment} {line}" for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    log = settings.home / LOG
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
        earlier = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
        log.write_text("\n".join([*earlier, *said][-_LOG_LINES:]) + "\n", encoding="utf-8")
    except OSError as error:
        raise LogTrouble(
            f"{log} cannot be written ({error.strerror}): set EVERHEARD_HOME."
        ) from None
    return done.returncode


class LogTrouble(Failure):
    """The log of scheduled runs cannot be kept."""

    exit_code = ExitCode.CONFIGURATION
