"""The units, judged by systemd itself; the jobs they name; the cron variant beside them."""

import re
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from runner.schedule import Line, find_line, read_place
from tests.repository.project import PROJECT_DIR, find_files, find_jobs, read, show

pytestmark = pytest.mark.posix

TIMERS = find_files("*.timer", "pi/units")
SERVICE = PROJECT_DIR / "pi/units/everheard@.service"
KEPT_GOING = [PROJECT_DIR / f"pi/units/everheard-{name}.service" for name in ("web", "watch")]
#: The file that says when -> what the schedule says of it.
CALENDARS = {
    **{f"pi/units/everheard-{line.job}.timer": line for line in read_place("pi")},
    "pi/fallback.conf": find_line("get_last_50", "pi_fallback"),
}
PYTHON = "/opt/everheard/.venv/bin/python"


def run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    return said


def verify(folder: Path, *units: tuple[str, str]) -> None:
    """Have systemd read units, by name and text, and those they start; any fault is an error."""
    for name, text in units:
        # systemd looks whether the program is there.
        (folder / name).write_text(text.replace(PYTHON, "/bin/sh"))
    names = [str(folder / name) for name, _ in units]
    run("systemd-analyze", "verify", "--man=no", "--recursive-errors=yes", *names)


def rate(folder: Path, service: str, name: str = SERVICE.name) -> None:
    """Have systemd rate how much a service may do: above 2.0 of 10 is an error."""
    path = folder / name
    path.write_text(service)
    run("systemd-analyze", "security", "--offline=yes", "--threshold=20", str(path))


@pytest.mark.parametrize("timer", TIMERS, ids=show)
def test_systemd_finds_nothing_wrong(timer: Path, tmp_path: Path, systemd: None) -> None:
    verify(tmp_path, (timer.name, read(timer)), (SERVICE.name, read(SERVICE)))


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("[Service]", "[Servise]"),
        ("Nice=10", "Niceness=10"),
        ("Type=oneshot", "Type=oneshoot"),
        ("MemoryMax=512M", "MemoryMax=lots"),
        ("SystemCallFilter=@system-service", "SystemCallFilter=@sytem-service"),
        ("AF_INET6", "AF_INET7"),
        ("UMask=0077", "UMask=0999"),
        ("SuccessExitStatus=69", "SuccessExitStatus=690"),
        (f"ExecStart={PYTHON}", "ExecStart=/opt/elsewhere/python"),
    ],
)
def test_broken_service_is_refused(tmp_path: Path, systemd: None, good: str, bad: str) -> None:
    service = read(SERVICE)
    assert good in service
    with pytest.raises(AssertionError, match=r"everheard@"):
        verify(tmp_path, (SERVICE.name, service.replace(good, bad, 1)))


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("OnCalendar=*:07,22", "OnCalendar=*:07,62"),
        ("Unit=everheard@get_last_50.service", "Unit=everheard@get_last_50"),
        ("RandomizedDelaySec=60", "RandomizedDelay=60"),
    ],
)
def test_broken_timer_is_refused(tmp_path: Path, systemd: None, good: str, bad: str) -> None:
    timer = PROJECT_DIR / "pi/units/everheard-get_last_50.timer"
    assert good in read(timer)
    broken = (timer.name, read(timer).replace(good, bad))
    with pytest.raises(AssertionError, match=r"everheard-get_last_50"):
        verify(tmp_path, broken, (SERVICE.name, read(SERVICE)))


def test_service_is_hardened(tmp_path: Path, systemd: None) -> None:
    rate(tmp_path, read(SERVICE))


@pytest.mark.parametrize("service", KEPT_GOING, ids=show)
def test_service_that_is_kept_going_is_as_hardened_and_runs_what_there_is(
    tmp_path: Path, systemd: None, service: Path
) -> None:
    verify(tmp_path, (service.name, read(service)))
    rate(tmp_path, read(service), service.name)
    others = "Nice|Type|Exec|Env|Succ|Timeout|Restart|Watchdog|Notify"
    limits = re.compile(rf"^(?!{others})\w+=.*$", re.MULTILINE)
    job, kept = (limits.findall(read(one).partition("[Service]")[2]) for one in (SERVICE, service))
    assert set(job) - set(kept) == set()


@pytest.mark.parametrize("service", KEPT_GOING, ids=show)
def test_service_kept_going_that_may_do_more_is_refused(
    tmp_path: Path, systemd: None, service: Path
) -> None:
    with pytest.raises(AssertionError, match="Overall exposure level"):
        rate(tmp_path, read(service).replace("CapabilityBoundingSet=\n", ""), service.name)


def test_service_that_may_do_more_is_refused(tmp_path: Path, systemd: None) -> None:
    with pytest.raises(AssertionError, match="Overall exposure level"):
        rate(tmp_path, read(SERVICE).replace("CapabilityBoundingSet=\n", ""))


@pytest.mark.parametrize("timer", TIMERS, ids=show)
def test_timer_starts_a_job_that_exists_at_odd_minutes(timer: Path) -> None:
    text = timer.read_text(encoding="utf-8")
    job = re.search(r"^Unit=everheard@(\w+)\.service$", text, re.MULTILINE)
    calendar = re.search(r"^OnCalendar=(.+)$", text, re.MULTILINE)
    assert job is not None
    assert calendar is not None
    assert job[1] in find_jobs()
    assert timer.name == f"everheard-{job[1]}.timer"
    minutes = [int(minute) for minute in calendar[1].partition(":")[2].split(",")]
    assert all(minute % 5 for minute in minutes)
    for setting in ("Persistent=true", "RandomizedDelaySec=", "AccuracySec="):
        assert setting in text


@pytest.mark.parametrize(("path", "line"), CALENDARS.items())
def test_systemd_reads_the_calendar_as_the_schedule_says(
    path: str, line: Line, systemd: None
) -> None:
    calendar = re.search(r"^OnCalendar=(.+)$", read(path), re.MULTILINE)
    assert calendar is not None
    command = ("env", "TZ=UTC", "systemd-analyze", "calendar", "--iterations=100")
    said = run(*command, calendar[1])
    times = re.findall(r"(?:elapse|#\d+): \w{3} ([\d-]+ [\d:]+) UTC", said)
    starts = [datetime.fromisoformat(f"{time}+00:00") for time in times]
    assert len(starts) == 100
    first = starts[0].timestamp()
    assert line.begins_at(first) == first
    assert [start.timestamp() for start in starts] == [first + n * line.every for n in range(100)]


def test_calendar_that_never_comes_is_refused(systemd: None) -> None:
    with pytest.raises(AssertionError, match="Failed to parse"):
        run("systemd-analyze", "calendar", "*:07,62")


def test_secrets_come_as_a_credential_and_never_in_the_unit() -> None:
    text = read(SERVICE)
    assert "LoadCredential=everheard.env:/etc/everheard/everheard.env" in text
    assert not re.search(r"SPOTIFY|DATABASE_URL", text)


def test_projects_own_checks_may_start_a_machine() -> None:
    """What test_machine.py needs: there it is never left out."""
    assert "options: --privileged" in read(".github/workflows/tests.yml")
    assert " systemd-container" in read(".ci/run")


def test_every_timer_is_installed_by_the_installer() -> None:
    named = re.search(r"^PRIMARY_JOBS=\((.+)\)$", read("pi/install.sh"), re.MULTILINE)
    assert named is not None
    timers = {timer.stem.removeprefix("everheard-") for timer in TIMERS}
    assert set(named[1].split()) == timers
    assert named[1].split() == [line.job for line in read_place("pi")]


def test_jobs_are_given_the_arguments_of_the_schedule() -> None:
    modes = {"primary": read_place("pi"), "fallback": read_place("pi_fallback")}
    meant = {
        f"pi/jobs/{line.job}.{mode}.env": f"ARGUMENTS={' '.join(line.arguments)}\n"
        for mode, lines in modes.items()
        for line in lines
        if line.arguments
    }
    assert {show(path): read(path) for path in find_files("*.env", "pi/jobs")} == meant


def test_shellcheck_finds_nothing() -> None:
    shellcheck = str(Path(sys.executable).parent / "shellcheck")
    said = [shellcheck, "--external-sources", f"--source-path={PROJECT_DIR}"]
    run(*said, *(str(path) for path in find_files("*.sh", "pi")))
