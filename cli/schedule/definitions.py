"""How each system is told what the schedule says of a computer. Text only."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import escape

from runner.schedule import Line

LABEL = "org.everheard.tick"
#: What both units of ours say of themselves, and nobody else's.
DESCRIPTION = "Description=Everheard"


#: What a run says that ends before it can keep a log: in the data folder, written anew each time.
START_LOG = "schedule-start.log"
#: No turn takes longer, but one that hangs: each of its jobs has ten minutes.
_LONGEST_MINUTES = 60


class Place(NamedTuple):
    """Which Python runs which copy of the project, and where that keeps its data."""

    python: Path
    project: Path
    home: Path


def to_systemd_service(place: Place) -> str:
    """Return the service of ``systemd --user``."""
    words = f"{quote_unit(str(place.python))} {quote_unit(str(place.home))}"
    return f"""[Unit]
{DESCRIPTION}: run the jobs that are due

[Service]
Type=oneshot
WorkingDirectory={escape_unit(str(place.project))}
# Through a shell: systemd takes no program whose folder has a quotation mark in its name.
ExecStart=/bin/sh -c 'exec "$$0" -m cli tick --home "$$1"' {words}
# The database that comes along goes on, for whoever else has it open.
KillMode=process
TimeoutStartSec={_LONGEST_MINUTES}min
"""


def to_systemd_timer(line: Line) -> str:
    """Return its timer; a run that was slept through comes after waking."""
    return f"""[Unit]
{DESCRIPTION} every {line.every // 60} minutes

[Timer]
OnCalendar=*:{line.at // 60:02}/{line.every // 60}
RandomizedDelaySec=120
Persistent=true

[Install]
WantedBy=timers.target
"""


def quote_unit(word: str) -> str:
    """Return a word as systemd takes it."""
    return f'"{escape_unit(word)}"'


def escape_unit(word: str) -> str:
    """Return what stands for a word between quotation marks."""
    return word.replace("\\", "\\\\").replace("%", "%%").replace('"', '\\"')


def to_cron_line(place: Place, line: Line) -> str:
    """Return the line of a crontab; the word after # finds it again."""
    command = f"cd {shlex.quote(str(place.project))} && {shlex.quote(str(place.python))}"
    # A per cent sign is a line's end in a crontab.
    home, said = (shlex.quote(str(path)) for path in (place.home, place.home / START_LOG))
    command = f"{command} -m cli tick --home {home} >{said} 2>&1".replace("%", "\\%")
    minutes = f"{line.at // 60}-59/{line.every // 60}"
    return f"{minutes} * * * * {command} # {LABEL}"


def to_launchd_plist(place: Place, line: Line) -> str:
    """Return the agent for macOS; an interval that was slept through comes after waking."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key><string>{LABEL}</string>
  <key>ProgramArguments</key>
  <array>
    <string>{escape(str(place.python))}</string>
    <string>-m</string><string>cli</string><string>tick</string>
    <string>--home</string><string>{escape(str(place.home))}</string>
  </array>
  <key>StandardErrorPath</key><string>{escape(str(place.home / START_LOG))}</string>
  <key>WorkingDirectory</key><string>{escape(str(place.project))}</string>
  <key>StartInterval</key><integer>{line.every}</integer>
  <key>ProcessType</key><string>Background</string>
  <key>LowPriorityIO</key><true/>
</dict>
</plist>
"""


def to_task_xml(place: Place, line: Line) -> str:
    """Return the task for Windows: no console window, on battery too, late after sleep.

    After https://learn.microsoft.com/windows/win32/taskschd/task-scheduler-schema.
    """
    python = place.python.with_name("pythonw.exe")
    arguments = subprocess.list2cmdline(["-m", "cli", "tick", "--home", str(place.home)])
    return f"""<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo><Description>Everheard: the jobs that are due</Description></RegistrationInfo>
  <Triggers>
    <TimeTrigger>
      <StartBoundary>2026-01-01T00:{line.at // 60:02}:00</StartBoundary>
      <Repetition><Interval>PT{line.every // 60}M</Interval></Repetition>
    </TimeTrigger>
  </Triggers>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
    <RunOnlyIfNetworkAvailable>true</RunOnlyIfNetworkAvailable>
    <ExecutionTimeLimit>PT{_LONGEST_MINUTES}M</ExecutionTimeLimit>
    <Hidden>true</Hidden>
  </Settings>
  <Actions>
    <Exec>
      <Command>{escape(str(python))}</Command>
      <Arguments>{escape(arguments)}</Arguments>
      <WorkingDirectory>{escape(str(place.project))}</WorkingDirectory>
    </Exec>
  </Actions>
</Task>
"""
