"""``serve`` as a service: started with the session, and again when it fails.

Each system is told in its own words, as for the jobs (``definitions.py``); cron is not among
them, which starts and never looks after what it started.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
import urllib.request
from abc import ABC, abstractmethod
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import escape

from cli.schedule.definitions import DESCRIPTION, Place, escape_unit, quote_unit
from cli.schedule.schedulers import NoScheduler, call, is_ours, run
from everheard.files import make_folder, remove_file, write_file

UNIT = "everheard-serve.service"
LABEL = "org.everheard.serve"
TASK = "Everheard serve"
LOG = "serve.log"
_PATIENCE_S = 90


class Where(NamedTuple):
    """At which address of this machine it listens."""

    host: str
    port: int


def list_words(place: Place, where: Where) -> list[str]:
    """Return what Python is told."""
    words = ["-m", "cli", "serve", "--home", str(place.home)]
    return [*words, "--host", where.host, "--port", str(where.port)]


def to_unit(place: Place, where: Where) -> str:
    """Return the service of ``systemd --user``."""
    words = " ".join(quote_unit(word) for word in (str(place.python), *list_words(place, where)))
    return f"""[Unit]
{DESCRIPTION}: dashboard and API

[Service]
WorkingDirectory={escape_unit(str(place.project))}
# Through a shell: systemd takes no program whose folder has a quotation mark in its name.
ExecStart=/bin/sh -c 'exec "$$0" "$$@"' {words}
# The database that comes along goes on, for whoever else has it open.
KillMode=process
Restart=on-failure
RestartSec=30

[Install]
WantedBy=default.target
"""


def to_agent(place: Place, where: Where) -> str:
    """Return the launch agent for macOS."""
    words = "".join(
        f"\n    <string>{escape(word)}</string>"
        for word in (str(place.python), *list_words(place, where))
    )
    log = escape(str(place.home / LOG))
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key><string>{LABEL}</string>
  <key>ProgramArguments</key>
  <array>{words}
  </array>
  <key>WorkingDirectory</key><string>{escape(str(place.project))}</string>
  <key>StandardOutPath</key><string>{log}</string>
  <key>StandardErrorPath</key><string>{log}</string>
  <key>RunAtLoad</key><true/>
  <key>KeepAlive</key><dict><key>SuccessfulExit</key><false/></dict>
  <key>ThrottleInterval</key><integer>30</integer>
</dict>
</plist>
"""


def to_task(place: Place, where: Where) -> str:
    """Return the task for Windows: from signing in on, no window, no end, again after a failure."""
    python = escape(str(place.python.with_name("pythonw.exe")))
    arguments = escape(subprocess.list2cmdline(list_words(place, where)))
    return f"""<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo><Description>Everheard: dashboard and API</Description></RegistrationInfo>
  <Triggers><LogonTrigger/></Triggers>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <RestartOnFailure><Interval>PT1M</Interval><Count>999</Count></RestartOnFailure>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <Hidden>true</Hidden>
  </Settings>
  <Actions>
    <Exec>
      <Command>{python}</Command>
      <Arguments>{arguments}</Arguments>
      <WorkingDirectory>{escape(str(place.project))}</WorkingDirectory>
    </Exec>
  </Actions>
</Task>
"""


class Keeper(ABC):
    """One system's way of keeping a program going."""

    name: str
    #: What shows what the service said.
    shows: str

    @abstractmethod
    def turn_on(self, place: Place, where: Where) -> None:
        """Install the definition, in place of an earlier one, and start it."""

    @abstractmethod
    def turn_off(self) -> None:
        """Stop it and take it away; nothing happens where there is none."""

    @abstractmethod
    def is_on(self) -> bool:
        """Say whether it is installed."""


class UserUnit(Keeper):
    """``systemd --user``."""

    name = "systemd --user"
    shows = f"journalctl --user -u {UNIT}"

    def __init__(self) -> None:
        self.path = Path.home() / ".config" / "systemd" / "user" / UNIT

    def turn_on(self, place: Place, where: Where) -> None:
        """Write the unit and start it anew."""
        if not is_ours(self.path):
            raise NoScheduler(
                f"{self.path} was not written by Everheard, and was left alone: give it another"
                " name, then type the same again."
            )
        make_folder(self.path.parent)
        write_file(self.path, to_unit(place, where))
        call("systemctl", "--user", "daemon-reload")
        call("systemctl", "--user", "enable", UNIT)
        call("systemctl", "--user", "restart", UNIT)

    def turn_off(self) -> None:
        """Stop it and remove the unit."""
        if self.is_on():
            call("systemctl", "--user", "disable", "--now", UNIT)
            remove_file(self.path)
            call("systemctl", "--user", "daemon-reload")

    def is_on(self) -> bool:
        """Say whether our unit is there."""
        return self.path.exists() and is_ours(self.path)


class Agent(Keeper):
    """A launch agent, on macOS."""

    name = "launchd"
    shows = f"the file {LOG} in the data folder"

    def __init__(self) -> None:
        self.plist = Path.home() / "Library" / "LaunchAgents" / f"{LABEL}.plist"

    def turn_on(self, place: Place, where: Where) -> None:
        """Write the agent and load it, in place of an earlier one."""
        self.turn_off()
        make_folder(self.plist.parent)
        write_file(self.plist, to_agent(place, where))
        call("launchctl", "load", "-w", str(self.plist))

    def turn_off(self) -> None:
        """Unload and remove it."""
        if self.is_on():
            call("launchctl", "unload", "-w", str(self.plist))
            remove_file(self.plist)

    def is_on(self) -> bool:
        """Say whether the agent is there."""
        return self.plist.exists()


class Task(Keeper):
    """A task of the user's own, on Windows."""

    name = "Task Scheduler"
    shows = "`python start.py serve`"

    def turn_on(self, place: Place, where: Where) -> None:
        """Register the task from its XML, and start it."""
        self.turn_off()
        with tempfile.TemporaryDirectory() as folder:
            definition = Path(folder) / "task.xml"
            definition.write_text(to_task(place, where), encoding="utf-16")
            call("schtasks", "/Create", "/F", "/TN", TASK, "/XML", str(definition))
        call("schtasks", "/Run", "/TN", TASK)

    def turn_off(self) -> None:
        """End and delete the task."""
        if self.is_on():
            run("schtasks", "/End", "/TN", TASK)  # it may not run just now
            call("schtasks", "/Delete", "/F", "/TN", TASK)

    def is_on(self) -> bool:
        """Say whether the task is registered."""
        return run("schtasks", "/Query", "/TN", TASK).returncode == 0


def find_keeper() -> Keeper:
    """Return what keeps a program going here; raise NoScheduler where nothing does."""
    if sys.platform == "win32":
        return Task()
    if sys.platform == "darwin":
        return Agent()
    if run("systemctl", "--user", "show-environment").returncode == 0:
        return UserUnit()
    raise NoScheduler(
        "systemd for users cannot be reached from here, and nothing else would start it again:"
        " `sudo pi/install.sh --web` (docs/raspberry-pi.md) makes it the machine's service,"
        " docs/docker.md a container; or let `python start.py serve` run in a terminal."
    )


def await_answer(address: str, seconds: float = _PATIENCE_S) -> bool:
    """Say whether the service answers at an address, as soon as it does."""
    deadline = time.monotonic() + seconds
    while True:
        with suppress(OSError), urllib.request.urlopen(f"{address}/health", timeout=10):  # noqa: S310
            return True
        if time.monotonic() > deadline:
            return False
        time.sleep(0.5)
