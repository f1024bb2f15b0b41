"""Make this machine a runner: ``python start.py schedule on | off | status | reset``."""

from __future__ import annotations

import sys
from pathlib import Path

from cli.commands import make_parser
from cli.github.schedule_minutes import commit_new_minutes
from cli.schedule.definitions import Place
from cli.schedule.schedulers import find_scheduler
from everheard.config import PROJECT_DIR, Settings, read_settings
from runner.schedule import Line, find_line

LOG = "schedule.log"


def main(argv: list[str]) -> int:
    """Do what the word says; say what was done."""
    parser = make_parser("schedule", "Make this machine a runner, or no longer.")
    parser.add_argument("word", choices=["on", "off", "status", "reset"])
    print(change_schedule(parser.parse_args(argv).word, read_settings(needs_spotify=False)))
    return 0


def change_schedule(word: str, settings: Settings) -> str:
    """Do what the word says; return a sentence."""
    if word == "reset":
        return commit_new_minutes()
    scheduler = find_scheduler()
    if word == "on":
        line = read_desk_line()
        scheduler.turn_on(Place(Path(sys.executable), PROJECT_DIR), line)
        return (
            f"schedule: on; {scheduler.name} looks every {line.every // 60} minutes and works when"
            f" no other runner has for {line.if_stale}; what it says goes to {settings.home / LOG}"
        )
    if word == "off":
        scheduler.turn_off()
        return f"schedule: off; {scheduler.name} has nothing of ours"
    if not scheduler.is_on():
        return "schedule: this machine is no runner; `python start.py schedule on` makes it one"
    return f"schedule: on, through {scheduler.name}; last: {read_last_line(settings.home)}"


def read_desk_line() -> Line:
    """Return what the schedule says of a computer."""
    return find_line("get_last_50", "computer")


def read_last_line(home: Path) -> str:
    """Return what the last scheduled run said."""
    try:
        lines = (home / LOG).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return "it has not run yet"
    return lines[-1] if lines else "it has not run yet"
