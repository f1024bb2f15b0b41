"""What every workflow keeps to: the linters' rules and a few of our own."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.repository.project import PROJECT_DIR, find_files, find_jobs, read, show
from tests.repository.test_requirements import read_requirements
from tests.workflows.expressions import fill

WORKFLOWS = find_files("*.yml", ".github/workflows")
PIN = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
OUR_REPOSITORY = "github.repository == 'everheard/everheard'"
SECRETS = {
    "DATABASE_URL",
    "SPOTIFY_CLIENT_ID",
    "SPOTIFY_CLIENT_SECRET",
    "SPOTIFY_REFRESH_TOKEN",
}


def load(name: str) -> dict[str, Any]:
    """Return a workflow; its ``on`` is found under True, as YAML 1.1 reads it."""
    return dict(yaml.safe_load(read(f".github/workflows/{name}")))


def find_workflow_jobs(path: Path) -> dict[str, dict[str, Any]]:
    return dict(yaml.safe_load(read(path))["jobs"])


def run_tool(*command: str) -> None:
    done = subprocess.run(
        [str(Path(sys.executable).parent / command[0]), *command[1:]],
        cwd=PROJECT_DIR,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_yamllint_finds_nothing() -> None:
    run_tool("yamllint", "--strict", ".github", ".yamllint")


def test_zizmor_finds_nothing() -> None:
    run_tool("zizmor", "--offline", "--no-progress", "--persona", "pedantic", ".github")


def test_files_match_the_schema_of_workflows() -> None:
    names = [show(path) for path in WORKFLOWS]
    run_tool("check-jsonschema", "--builtin-schema", "vendor.github-workflows", *names)


def test_shellcheck_finds_nothing(tmp_path: Path) -> None:
    scripts = []
    for path in WORKFLOWS:
        for job in find_workflow_jobs(path).values():
            for number, step in enumerate(job.get("steps", [])):
                if "run" in step and step.get("shell", "bash") == "bash":
                    scripts.append(tmp_path / f"{path.stem}-{number}.sh")
                    scripts[-1].write_text(step["run"], encoding="utf-8", newline="\n")
    assert scripts
    run_tool("shellcheck", "--shell=bash", *map(str, scripts))


@pytest.mark.parametrize("path", WORKFLOWS, ids=show)
def test_actions_are_pinned_to_a_commit_and_name_its_version(path: Path) -> None:
    used = re.findall(r"^\s*(?:- )?uses: (.+)$", read(path), flags=re.MULTILINE)
    assert used
    foreign = [what for what in used if not what.startswith("$/")]
    assert [what for what in foreign if not PIN.fullmatch(what)] == []


def test_one_action_has_one_version() -> None:
    pins = {
        pin
        for path in WORKFLOWS
        for pin in re.findall(r"uses: ([\w.-]+/[\w.-]+)[\w./-]*(@.+)$", read(path), re.MULTILINE)
    }
    assert len(pins) == len({action for action, _ in pins})


@pytest.mark.parametrize("path", WORKFLOWS, ids=show)
def test_workflow_starts_without_rights(path: Path) -> None:
    assert yaml.safe_load(read(path))["permissions"] == {}
    for job in find_workflow_jobs(path).values():
        assert job["permissions"] == {"contents": "read"}


@pytest.mark.parametrize("path", WORKFLOWS, ids=show)
def test_every_job_ends_in_time(path: Path) -> None:
    for job in find_workflow_jobs(path).values():
        if "uses" not in job:  # a called workflow sets its own
            assert 1 <= job["timeout-minutes"] <= 45


@pytest.mark.parametrize("path", WORKFLOWS, ids=show)
def test_commands_take_nothing_from_expressions(path: Path) -> None:
    for job in find_workflow_jobs(path).values():
        for step in job.get("steps", []):
            assert "${{" not in step.get("run", "")


@pytest.mark.parametrize("path", WORKFLOWS, ids=show)
def test_checkout_leaves_no_credentials(path: Path) -> None:
    for job in find_workflow_jobs(path).values():
        for step in job.get("steps", []):
            if "actions/checkout@" in step.get("uses", ""):
                assert step["with"]["persist-credentials"] is False


def test_tests_run_in_the_projects_own_repository_only() -> None:
    for job in load("tests.yml")["jobs"].values():
        assert job["if"] == OUR_REPOSITORY


@pytest.mark.parametrize("path", WORKFLOWS, ids=show)
def test_schedules_use_odd_minutes(path: Path) -> None:
    triggers = yaml.safe_load(read(path))[True]
    for entry in triggers.get("schedule", []):
        minutes = [int(minute) for minute in entry["cron"].split()[0].split(",")]
        assert all(minute % 5 for minute in minutes), "GitHub drops runs at round minutes"


def test_ingest_runs_wait_for_one_another() -> None:
    assert load("get_last_50.yml")["concurrency"] == {
        "group": "ingest",
        "cancel-in-progress": False,
    }


def test_secrets_are_passed_one_by_one() -> None:
    passed = load("get_last_50.yml")["jobs"]["get_last_50"]["secrets"]
    assert passed == {name: f"${{{{ secrets.{name} }}}}" for name in SECRETS}
    assert load("run_job.yml")[True]["workflow_call"]["secrets"].keys() == SECRETS


def test_called_job_exists() -> None:
    called = load("get_last_50.yml")["jobs"]["get_last_50"]["with"]["job"]
    assert called in find_jobs()


@pytest.mark.parametrize(
    ("dry_run", "if_stale", "arguments"),
    [
        (False, "", []),
        ("", "", []),  # a scheduled run has no inputs
        (True, "", ["--dry-run"]),
        (True, "25m", ["--dry-run", "--if-stale", "25m"]),
    ],
)
def test_inputs_become_arguments(dry_run: bool, if_stale: str, arguments: list[str]) -> None:
    text = load("get_last_50.yml")["jobs"]["get_last_50"]["with"]["arguments"]
    filled = fill(text, {"inputs.dry_run": dry_run, "inputs.if_stale": if_stale}, {})
    assert filled.split() == arguments


def test_uv_is_the_one_the_tests_use() -> None:
    steps = load("run_job.yml")["jobs"]["run"]["steps"]
    setup = next(step for step in steps if "setup-uv@" in step.get("uses", ""))
    assert setup["with"]["version"] == read_requirements("requirements-dev.txt")["uv"]
