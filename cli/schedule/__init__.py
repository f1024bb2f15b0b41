"""Make this machine a runner: ``python start.py schedule on | off | status | reset``."""

from __future__ import annotations

import sys
from pathlib import Path

from cli.commands import NEEDS_CLONE, make_parser
from cli.github.schedule_minutes import commit_new_minutes
from cli.schedule.definitions import Place
from cli.schedule.kept import LastRun, forget, keep_settings, read_runs
from cli.schedule.schedulers import TIMER, NoScheduler, Scheduler, Systemd, find_scheduler
from everheard.config import PROJECT_DIR, Settings, read_settings
from everheard.rims.counted import say_counted
from everheard.rims.plain import to_line
from everheard.rims.typed import IS_LENT, IS_WHEEL
from runner.schedule import read_place

LOG = "schedule.log"
#: Said where the program itself is gone tomorrow.
HOW_TO_STAY = (
    "uvx keeps this program for one command: `uv tool install everheard` (or pipx) keeps it for"
    " good, and then it is `everheard schedule on`, `everheard serve --service on`"
)


def main(argv: list[str]) -> int:
    """Do what the word says; say what was done."""
    parser = make_parser("schedule", "Make this machine a runner, or no longer.")
    parser.add_argument("word", choices=["on", "off", "status", "reset"])
    print(change_schedule(parser.parse_args(argv).word, read_settings(needs_spotify=False)))
    return 0


def change_schedule(word: str, settings: Settings) -> str:
    """Do what the word says; return what to say, the last line a sentence."""
    if IS_WHEEL and word == "reset":
        raise NoScheduler(f"schedule reset {NEEDS_CLONE}")
    if IS_LENT and word == "on":
        raise NoScheduler(HOW_TO_STAY)
    if word == "reset":
        return commit_new_minutes()
    home = settings.home.absolute()
    try:
        scheduler = find_scheduler()
    except NoScheduler as failure:
        if word == "on":
            raise
        return _describe_without(home, word, str(failure))
    if word == "on":
        return _turn_on(scheduler, home)
    if not scheduler.is_on() and sys.platform == "linux" and Systemd().is_on():
        return _describe_without(home, word, "")
    if word == "off":
        scheduler.turn_off()
        forget(home)
        return f"schedule: off; {scheduler.name} has nothing of ours"
    if not scheduler.is_on():
        return "schedule: this machine is no runner; `python start.py schedule on` makes it one"
    return "\n".join([*describe_runs(home), f"schedule: on, through {scheduler.name}"])


def _describe_without(home: Path, word: str, cure: str) -> str:
    """Return what is to be said where no scheduler can be reached: that is no fault by itself.

    Raises NoScheduler where one is to be turned off that is out of reach.
    """
    if sys.platform == "linux" and (timer := Systemd()).is_on():
        said = (
            f"schedule: {timer.folder / TIMER} is there, but systemd for users cannot be reached"
            " from here (`su` and `sudo` do not lead to it): sign in as this user, by ssh say,"
            " and type the same again"
        )
        if word == "off":
            raise NoScheduler(said)
        return "\n".join([*describe_runs(home), said])
    return f"schedule: this machine is no runner, and has nothing to make it one. {cure}"


def _turn_on(scheduler: Scheduler, home: Path) -> str:
    polling, *others = read_place("computer")
    keep_settings(home)
    scheduler.turn_on(Place(Path(sys.executable), PROJECT_DIR, home), polling)
    return (
        f"schedule: on; {scheduler.name} looks every {polling.every // 60} minutes: {polling.job}"
        f" works when no other runner has for {polling.if_stale}, and"
        f" {say_counted(len(others), 'further job')} each in its turn; what they say goes to"
        f" {home / LOG}, and `python start.py schedule status` says what came of them"
    )


def describe_runs(home: Path) -> list[str]:
    """Return a line for each job of this machine's schedule: what came of it last."""
    runs = read_runs(home)
    jobs = dict.fromkeys([*(line.job for line in read_place("computer")), *runs])
    return [_describe_run(job, runs.get(job)) for job in jobs]


def _describe_run(job: str, last: LastRun | None) -> str:
    if last is None:
        return f"  {job}: it has not run yet"
    said = to_line(last.said).removeprefix(f"{job}: ")
    failed = f"failed ({last.exit_code}): " if last.exit_code else ""
    return f"  {job}: {last.moment}, {failed}{said}"
