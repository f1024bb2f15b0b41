"""What the schedules cost, worked out from them: GitHub's minutes, Neon's compute hours."""

from typing import Any

import pytest

from benchmarks.schedules import AWAKE_MINUTES, COMPUTE_UNITS, MINUTES_A_RUN, find_interval
from runner.schedule import find_line
from tests.repository.project import PROJECT_DIR, read
from tests.runner.cron import list_line_starts, list_starts
from tests.workflows.test_files import SCHEDULED, is_run, load

LONGEST_MONTH_DAYS = 31


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


def list_loads() -> list[int]:
    """Return the minutes of a day at which a Pi wakes the database: its hourly loads."""
    line = find_line("get_last_50", "pi")
    return list_line_starts(line._replace(every=find_interval(line.every, line.load_every)))


@pytest.mark.parametrize("schedule", ["", "dense"])
@pytest.mark.parametrize("has_pi", [False, True])
def test_compute_hours_a_month_stay_in_the_free_tier(schedule: str, has_pi: bool) -> None:
    wakes = [start for _, start in list_scheduled_starts(SCHEDULE=schedule)]
    wakes += list_loads() if has_pi else []
    awake = {(wake + minute) % (24 * 60) for wake in wakes for minute in range(AWAKE_MINUTES)}
    hours = len(awake) / 60 * LONGEST_MONTH_DAYS * COMPUTE_UNITS
    assert 0 < hours < 60


def test_cold_run_installs_no_more_than_ingest_needs() -> None:
    action = read(".github/actions/set-up/action.yml")
    assert "default: requirements-ingest.txt" in action
    assert (PROJECT_DIR / "requirements-ingest.txt").exists()
