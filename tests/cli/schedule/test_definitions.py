"""The definitions, read by whoever reads them: XML, property lists, systemd, a shell."""

import plistlib
import re
import shlex
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree
from pathlib import Path, PurePosixPath

import pytest

from cli.schedule.definitions import (
    START_LOG,
    Place,
    to_cron_line,
    to_launchd_plist,
    to_systemd_service,
    to_systemd_timer,
    to_task_xml,
)
from cli.schedule.service import Where, await_answer, list_words, to_agent, to_task, to_unit
from runner.schedule import Line

#: Folders as people have them.
AWKWARD = Place(
    Path('/opt/Zoë & Max/100% "ours"/python'),
    Path("/opt/Zoë & Max/it's 100%"),
    Path('/home/Zoë & Max/a "home" 100%'),
)
#: Not the schedule's own numbers: what is read from it, not what is known by heart.
LINE = Line("get_last_50", "computer", every=12 * 60, at=4 * 60)
WHERE = Where("127.0.0.1", 8898)
TASK = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"


def test_windows_task_opens_no_console_and_runs_on_battery_and_late() -> None:
    # Python reads XML as text only without the encoding that the file will have.
    root = ElementTree.fromstring(to_task_xml(AWKWARD, LINE).partition("\n")[2])
    found = {element.tag.removeprefix(TASK): element.text for element in root.iter()}
    assert PurePosixPath(found["Command"] or "").name == "pythonw.exe"
    assert found["Arguments"] == r'-m cli tick --home "/home/Zoë & Max/a \"home\" 100%"'
    assert found["WorkingDirectory"] == str(AWKWARD.project)
    assert found["DisallowStartIfOnBatteries"] == found["StopIfGoingOnBatteries"] == "false"
    assert found["StartWhenAvailable"] == "true"
    assert found["Interval"] == "PT12M"
    assert (found["StartBoundary"] or "").endswith("T00:04:00")
    assert found["MultipleInstancesPolicy"] == "IgnoreNew"


def test_launch_agent_is_a_property_list() -> None:
    agent = plistlib.loads(to_launchd_plist(AWKWARD, LINE).encode())
    assert agent["ProgramArguments"] == [
        *(str(AWKWARD.python), "-m", "cli", "tick", "--home", str(AWKWARD.home))
    ]
    assert agent["StandardErrorPath"] == str(AWKWARD.home / START_LOG)
    assert agent["WorkingDirectory"] == str(AWKWARD.project)
    assert agent["StartInterval"] == 720


@pytest.mark.posix
def test_cron_line_runs_in_the_project(tmp_path: Path) -> None:
    project = tmp_path / "it's 100%"
    project.mkdir()
    python = tmp_path / "a python"
    python.write_text('#!/bin/sh\npwd > "$0.ran"; echo "$@" >> "$0.ran"; echo broken >&2\n')
    python.chmod(0o755)
    home = tmp_path / "a home"
    home.mkdir()
    line = to_cron_line(Place(python, project, home), LINE)
    minute, command = line.split(" ", 1)[0], line.split(" ", 5)[5]
    assert minute == "4-59/12"

    subprocess.run(["/bin/sh", "-c", command.replace("\\%", "%")], check=True)

    ran = (tmp_path / "a python.ran").read_text().splitlines()
    assert ran == [str(project), f"-m cli tick --home {home}"]
    assert (home / START_LOG).read_text() == "broken\n", "lost in the null device"


@pytest.mark.posix
def test_systemd_takes_both_units(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.fail("systemd-analyze is missing: apt-get install systemd")
    project = tmp_path / 'it\'s 100% "ours"'
    project.mkdir()
    python = project / "python"
    python.write_text("#!/bin/sh\n")
    python.chmod(0o755)
    service = to_systemd_service(Place(python, project, project / "home"))
    (tmp_path / "everheard.service").write_text(service)
    serving = to_unit(Place(python, project, project / "home"), WHERE)
    (tmp_path / "everheard-serve.service").write_text(serving)
    (tmp_path / "everheard.timer").write_text(to_systemd_timer(LINE))
    done = subprocess.run(
        [
            "systemd-analyze",
            "verify",
            "--man=no",
            str(tmp_path / "everheard.timer"),
            str(tmp_path / "everheard-serve.service"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    complaints = [line for line in done.stderr.splitlines() if "everheard" in line]
    assert (done.returncode, complaints) == (0, []), done.stderr
    assert "OnCalendar=*:04/12\n" in to_systemd_timer(LINE)
    assert "KillMode=process" in service, "a database that others have open is not stopped with it"
    assert "KillMode=process" in serving


def test_every_system_is_told_the_same_words_and_to_start_serve_again() -> None:
    words = list_words(AWKWARD, WHERE)
    assert words[2:] == [
        *("serve", "--home", str(AWKWARD.home), "--host", "127.0.0.1", "--port", "8898")
    ]
    agent = plistlib.loads(to_agent(AWKWARD, WHERE).encode())
    assert agent["ProgramArguments"] == [str(AWKWARD.python), *words]
    assert agent["KeepAlive"] == {"SuccessfulExit": False}
    assert agent["RunAtLoad"] is True
    root = ElementTree.fromstring(to_task(AWKWARD, WHERE).partition("\n")[2])
    found = {element.tag.removeprefix(TASK): element.text for element in root.iter()}
    assert found["Arguments"] == subprocess.list2cmdline(words)
    assert found["ExecutionTimeLimit"] == "PT0S"
    assert found["Count"] == "999"


@pytest.mark.posix
def test_shell_of_the_unit_hands_on_every_word(tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\nfor word in "$@"; do echo "$word"; done\n')
    python.chmod(0o755)
    (line,) = re.findall(
        "^ExecStart=.*?('.*)$", to_unit(AWKWARD._replace(python=python), WHERE), re.M
    )
    script, *words = shlex.split(line.replace("%%", "%"))
    done = subprocess.run(
        ["/bin/sh", "-c", script.replace("$$", "$"), *words],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == list_words(AWKWARD, WHERE)


def test_nobody_who_answers_is_said_to_be_there() -> None:
    assert not await_answer("http://127.0.0.1:9", seconds=0)
