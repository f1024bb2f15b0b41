"""Hand a definition to the system's own scheduler, take it back, ask for it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from abc import ABC, abstractmethod
from pathlib import Path

from cli.schedule.definitions import (
    DESCRIPTION,
    LABEL,
    Place,
    to_cron_line,
    to_launchd_plist,
    to_systemd_service,
    to_systemd_timer,
    to_task_xml,
)
from everheard.failure import ExitCode, Failure
from everheard.files import make_folder, remove_file, write_file
from runner.schedule import Line

TASK = "Everheard"
SERVICE, TIMER = "everheard.service", "everheard.timer"


class NoScheduler(Failure):
    """The system's scheduler is not here, or refused."""

    exit_code = ExitCode.CONFIGURATION


class Scheduler(ABC):
    """One system's way of running something again and again."""

    name: str

    @abstractmethod
    def turn_on(self, place: Place, line: Line) -> None:
        """Install the definition, in place of an earlier one."""

    @abstractmethod
    def turn_off(self) -> None:
        """Take it away; nothing happens where there is none."""

    @abstractmethod
    def is_on(self) -> bool:
        """Say whether it is installed."""


class Systemd(Scheduler):
    """``systemd --user``: goes on after the user has logged out where lingering is on."""

    name = "systemd --user"

    def __init__(self) -> None:
        self.folder = Path.home() / ".config" / "systemd" / "user"

    def turn_on(self, place: Place, line: Line) -> None:
        """Write both units, then start the timer."""
        make_folder(self.folder)
        units = {SERVICE: to_systemd_service(place), TIMER: to_systemd_timer(line)}
        for name in units:
            if not self._is_ours(name):
                raise NoScheduler(
                    f"{self.folder / name} was not written by Everheard, and was left alone:"
                    " give it another name, then type the same again."
                )
        for name, text in units.items():
            write_file(self.folder / name, text)
        call("systemctl", "--user", "daemon-reload")
        call("systemctl", "--user", "enable", "--now", TIMER)

    def turn_off(self) -> None:
        """Stop the timer and remove both units."""
        if self.is_on():
            call("systemctl", "--user", "disable", "--now", TIMER)
        for unit in (SERVICE, TIMER):
            if self._is_ours(unit):
                remove_file(self.folder / unit)

    def is_on(self) -> bool:
        """Say whether the timer is there."""
        return (self.folder / TIMER).exists() and self._is_ours(TIMER)

    def _is_ours(self, unit: str) -> bool:
        return is_ours(self.folder / unit)


def is_ours(unit: Path) -> bool:
    """Say whether the name is free, or what is there was written by us."""
    return not unit.exists() or DESCRIPTION in unit.read_text("utf-8", errors="replace")


class Cron(Scheduler):
    """The user's crontab."""

    name = "cron"

    def turn_on(self, place: Place, line: Line) -> None:
        """Put our line last, and leave all others as they are."""
        lines = [*self._read_other_lines(), to_cron_line(place, line)]
        call("crontab", "-", given="\n".join(lines) + "\n")

    def turn_off(self) -> None:
        """Take our line out."""
        if self.is_on():
            call("crontab", "-", given="".join(f"{line}\n" for line in self._read_other_lines()))

    def is_on(self) -> bool:
        """Say whether our line is there."""
        return any(LABEL in line for line in self._read_lines())

    def _read_lines(self) -> list[str]:
        done = run("crontab", "-l")
        return done.stdout.splitlines() if done.returncode == 0 else []

    def _read_other_lines(self) -> list[str]:
        return [line for line in self._read_lines() if LABEL not in line]


class Launchd(Scheduler):
    """A launch agent, on macOS."""

    name = "launchd"

    def __init__(self) -> None:
        self.plist = Path.home() / "Library" / "LaunchAgents" / f"{LABEL}.plist"

    def turn_on(self, place: Place, line: Line) -> None:
        """Write the agent and load it, in place of an earlier one."""
        self.turn_off()
        make_folder(self.plist.parent)
        write_file(self.plist, to_launchd_plist(place, line))
        call("launchctl", "load", "-w", str(self.plist))

    def turn_off(self) -> None:
        """Unload and remove it."""
        if self.is_on():
            call("launchctl", "unload", "-w", str(self.plist))
            remove_file(self.plist)

    def is_on(self) -> bool:
        """Say whether the agent is there."""
        return self.plist.exists()


class TaskScheduler(Scheduler):
    """A task of the user's own, on Windows; no administrator is needed."""

    name = "Task Scheduler"

    def turn_on(self, place: Place, line: Line) -> None:
        """Register the task from its XML, which only ``/XML FILE`` takes."""
        with tempfile.TemporaryDirectory() as folder:
            definition = Path(folder) / "task.xml"
            definition.write_text(to_task_xml(place, line), encoding="utf-16")
            call("schtasks", "/Create", "/F", "/TN", TASK, "/XML", str(definition))

    def turn_off(self) -> None:
        """Delete the task."""
        if self.is_on():
            call("schtasks", "/Delete", "/F", "/TN", TASK)

    def is_on(self) -> bool:
        """Say whether the task is registered."""
        return run("schtasks", "/Query", "/TN", TASK).returncode == 0


def find_scheduler() -> Scheduler:
    """Return this system's scheduler; raise NoScheduler where there is none."""
    if sys.platform == "win32":
        return TaskScheduler()
    if sys.platform == "darwin":
        return Launchd()
    if run("systemctl", "--user", "show-environment").returncode == 0:
        return Systemd()
    if shutil.which("crontab"):
        return Cron()
    raise NoScheduler(
        "Neither systemd for users nor cron is here: install cron (`sudo apt install cron`),"
        " or see docs/never-late.md for a clock on the web."
    )


def run(*command: str, given: str = "") -> subprocess.CompletedProcess[str]:
    """Run a program of the system; a missing one ends with 127."""
    program = shutil.which(command[0])
    if program is None:
        return subprocess.CompletedProcess(command, 127, "", f"{command[0]} is not here")
    return subprocess.run(  # noqa: S603 (the system's own scheduler)
        [program, *command[1:]],
        input=given,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )


def call(*command: str, given: str = "") -> None:
    """Run a program that must succeed."""
    done = run(*command, given=given)
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines() or ["no reason was given"]
        raise NoScheduler(f"{command[0]} refused: {said[-1]}")
