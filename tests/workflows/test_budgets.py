"""What the schedules cost, worked out from the files: GitHub's minutes, Neon's compute hours."""

import re
from typing import Any

import pytest

from tests.repository.project import PROJECT_DIR, read
from tests.workflows.test_files import SCHEDULED, is_run, load

LONGEST_MONTH_DAYS = 31
#: Every run is rounded up to a minute; ours are under one (cold, 45 s at most by design), but
#: for those that install everything.
MINUTES_A_RUN = {"daily": 2, "dashboard": 2, "pages": 2}
#: Neon sleeps five minutes after the last query; at 0.25 compute units, where it belongs.
AWAKE_MINUTES, COMPUTE_UNITS = 5, 0.25


def list_starts(cron: str) -> list[int]:
    """Return the minutes of a day at which a cron line starts (daily and hourly lines only)."""
    minute, hour, *rest = cron.split()
    assert rest == ["*", "*", "*"], f"{cron}: teach this test to read it"
    hours = range(24) if hour == "*" else [int(part) for part in hour.split(",")]
    return [60 * at + int(part) for at in hours for part in minute.split(",")]


def list_scheduled_starts(**variables: str) -> list[tuple[str, int]]:
    """Return the workflow and the minute of the day of every run that is not skipped."""
    return [
        (name, start)
        for name in SCHEDULED
        for entry in load(f"{name}.yml")[True]["schedule"]
        if is_run(name, "schedule", entry["cron"], EVERHEARD="on", **variables)
        for start in list_starts(entry["cron"])
    ]


def count_jobs(name: str) -> int:
    """Return how many machines a workflow starts; each is billed by itself."""
    jobs: dict[str, Any] = load(f"{name}.yml")["jobs"]
    return len(jobs)


@pytest.mark.parametrize("publish", ["", "artifact", "public"])
@pytest.mark.parametrize(("schedule", "most"), [("", 1100), ("dense", 1900)])
def test_minutes_a_month_stay_in_the_free_tier(schedule: str, most: int, publish: str) -> None:
    assert {count_jobs(name) for name in SCHEDULED} == {1}
    assert len(load("run_job.yml")["jobs"]) == 1
    runs = list_scheduled_starts(SCHEDULE=schedule, PUBLISH_DASHBOARD=publish)
    minutes = sum(MINUTES_A_RUN.get(name, 1) for name, _ in runs) * LONGEST_MONTH_DAYS
    assert 0 < minutes <= most


def read_load_minutes() -> list[int]:
    """Return the minutes of a day at which a Pi wakes the database: its hourly loads."""
    found = re.search(r"--load-every (\d+)m", read("pi/jobs/get_last_50.primary.env"))
    assert found is not None
    timer = read("pi/units/everheard-get_last_50.timer")
    minutes = re.search(r"^OnCalendar=\*:([\d,]+)", timer, flags=re.MULTILINE)
    assert minutes is not None
    ticks = [60 * hour + int(minute) for hour in range(24) for minute in minutes[1].split(",")]
    loads = [ticks[0]]
    for tick in ticks[1:]:
        if tick - loads[-1] >= int(found[1]):
            loads.append(tick)
    return loads


@pytest.mark.parametrize("schedule", ["", "dense"])
@pytest.mark.parametrize("has_pi", [False, True])
def test_compute_hours_a_month_stay_in_the_free_tier(schedule: str, has_pi: bool) -> None:
    wakes = [start for _, start in list_scheduled_starts(SCHEDULE=schedule)]
    wakes += read_load_minutes() if has_pi else []
    awake = {(wake + minute) % (24 * 60) for wake in wakes for minute in range(AWAKE_MINUTES + 1)}
    hours = len(awake) / 60 * LONGEST_MONTH_DAYS * COMPUTE_UNITS
    assert 0 < hours < 60


def test_cold_run_installs_no_more_than_ingest_needs() -> None:
    action = read(".github/actions/set-up/action.yml")
    assert "default: requirements-ingest.txt" in action
    assert (PROJECT_DIR / "requirements-ingest.txt").exists()
