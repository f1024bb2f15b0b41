"""The units, judged by systemd itself; the jobs they name; the cron variant beside them."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.repository.project import PROJECT_DIR, find_files, find_jobs, read, show

pytestmark = pytest.mark.posix

TIMERS = find_files("*.timer", "pi/units")
SERVICE = PROJECT_DIR / "pi/units/everheard@.service"


def run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    return said


@pytest.mark.parametrize("timer", TIMERS, ids=show)
def test_systemd_finds_nothing_wrong(timer: Path, tmp_path: Path, systemd: None) -> None:
    for unit in (timer, SERVICE):
        text = unit.read_text(encoding="utf-8")
        # systemd looks whether the program is there.
        (tmp_path / unit.name).write_text(
            text.replace("/opt/everheard/.venv/bin/python", "/bin/sh")
        )
    said = run("systemd-analyze", "verify", "--man=no", str(tmp_path / timer.name))
    assert [line for line in said.splitlines() if "everheard" in line] == []


def test_service_is_hardened(tmp_path: Path, systemd: None) -> None:
    (tmp_path / SERVICE.name).write_text(SERVICE.read_text(encoding="utf-8"))
    run(
        "systemd-analyze",
        "security",
        "--offline=yes",
        "--threshold=20",
        str(tmp_path / SERVICE.name),
    )


@pytest.mark.parametrize("timer", TIMERS, ids=show)
def test_timer_starts_a_job_that_exists_at_odd_minutes(timer: Path) -> None:
    text = timer.read_text(encoding="utf-8")
    job = re.search(r"^Unit=everheard@(\w+)\.service$", text, re.MULTILINE)
    calendar = re.search(r"^OnCalendar=(.+)$", text, re.MULTILINE)
    assert job is not None
    assert calendar is not None
    assert job[1] in find_jobs()
    assert timer.name == f"everheard-{job[1]}.timer"
    assert "Next elapse" in run("systemd-analyze", "calendar", calendar[1])
    minutes = [int(minute) for minute in calendar[1].partition(":")[2].split(",")]
    assert all(minute % 5 for minute in minutes)
    for setting in ("Persistent=true", "RandomizedDelaySec=", "AccuracySec="):
        assert setting in text


def test_secrets_come_as_a_credential_and_never_in_the_unit() -> None:
    text = read(SERVICE)
    assert "LoadCredential=everheard.env:/etc/everheard/everheard.env" in text
    assert not re.search(r"SPOTIFY|DATABASE_URL", text)


def test_every_timer_is_installed_by_the_installer() -> None:
    named = re.search(r"^PRIMARY_JOBS=\((.+)\)$", read("pi/install.sh"), re.MULTILINE)
    assert named is not None
    timers = {timer.stem.removeprefix("everheard-") for timer in TIMERS}
    assert set(named[1].split()) == timers


def test_shellcheck_finds_nothing() -> None:
    run(str(Path(sys.executable).parent / "shellcheck"), str(PROJECT_DIR / "pi/install.sh"))
