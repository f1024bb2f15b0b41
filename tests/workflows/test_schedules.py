"""The workflows run as often as the schedule says; at which minutes is each listener's own."""

import random
import re

import pytest

from benchmarks.schedules import find_interval
from cli.github.schedule_minutes import draw_minutes
from runner.schedule import Line, read_schedule
from tests.repository.project import find_jobs, read
from tests.runner.cron import find_intervals, list_starts
from tests.workflows.expressions import fill
from tests.workflows.test_files import CALLS, SCHEDULED, choose, is_run, load

LINES = {(line.job, line.place): line for line in read_schedule()}
SCHEDULES = pytest.mark.parametrize("variable", ["", "dense"])


def find_line(job: str, variable: str) -> Line:
    """Return a job's line for GitHub; without a dense one, it is the same for both."""
    dense = LINES.get((job, "actions_dense")) if variable == "dense" else None
    return dense or LINES[job, "actions"]


def find_work(name: str) -> dict[str, tuple[str, ...]]:
    """Return job (or command) -> arguments, of a workflow's scheduled run."""
    if name not in CALLS:
        steps = load(f"{name}.yml")["jobs"][name]["steps"]
        text = "\n".join(step.get("run", "") for step in steps)
        named = re.findall(r"python -m (?:jobs\.|cli )([\w-]+)", text)
        return {job: () for job in named if (job, "actions") in LINES}
    contexts = {"github.event_name": "schedule", "inputs.dry_run": "", "inputs.if_stale": ""}
    filled = fill(CALLS[name]["with"]["commands"], contexts, {})
    commands = [line.split() for line in filled.splitlines() if line.strip()]
    return {job: tuple(arguments) for job, *arguments in commands}


def find_workflow_interval(name: str, variable: str) -> int:
    """Return the minutes between a workflow's runs."""
    choice = {"EVERHEARD": "on", "SCHEDULE": variable, **choose(name)}
    crons = [entry["cron"] for entry in load(f"{name}.yml")[True]["schedule"]]
    running = [cron for cron in crons if is_run(name, "schedule", cron, **choice)]
    (interval,) = find_intervals([start for cron in running for start in list_starts(cron)])
    return interval


@SCHEDULES
@pytest.mark.parametrize("name", SCHEDULED)
def test_workflow_runs_each_job_as_often_as_the_schedule_says(name: str, variable: str) -> None:
    work = find_work(name)
    assert work
    for job, arguments in work.items():
        line = find_line(job, variable)
        assert arguments == line.arguments
        interval = find_workflow_interval(name, variable) * 60
        assert find_interval(interval, line.if_stale) == line.every, job


def test_every_line_for_github_has_a_workflow_and_only_jobs_have_lines() -> None:
    done = {job for name in SCHEDULED for job in find_work(name)}
    said = {job for job, place in LINES if place.startswith("actions")}
    assert done == said, "name the job under commands: of daily.yml, or give it a schedule"
    assert done & {*find_jobs()} == done - {"issues"}


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("name", SCHEDULED)
def test_drawn_minutes_change_nothing_of_that(name: str, seed: int) -> None:
    def find(text: str) -> set[int]:
        crons = re.findall(r'cron: "([^"]+)"', text)
        return find_intervals([start for cron in crons for start in list_starts(cron)])

    text = read(f".github/workflows/{name}.yml")
    assert find(draw_minutes(text, random.Random(seed))) == find(text)
