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
from tests.workflows.expressions import evaluate, fill

WORKFLOWS = find_files("*.yml", ".github/workflows")
ACTIONS = find_files("action.yml", ".github/actions")
PIN = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
OUR_REPOSITORY = "github.repository == 'everheard/everheard'"
SECRETS = {
    "DATABASE_URL",
    "SPOTIFY_CLIENT_ID",
    "SPOTIFY_CLIENT_SECRET",
    "SPOTIFY_REFRESH_TOKEN",
    "HEALTHCHECK_URL",
    "MUSICBRAINZ_CONTACT",
    "MONGODB_URL",
}
#: By hand, with files of a person's machine, or on a machine that is always on.
RUN_ELSEWHERE = {"import_history", "now_playing", "publish_dashboard", "backup"}
#: What a workflow may do beside reading the repository's files.
FURTHER_RIGHTS = {
    "issues": {"issues": "write"},
    "doctor": {"actions": "read"},
    "pages": {"pages": "write", "id-token": "write"},
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


def test_actions_match_their_schema() -> None:
    names = [show(path) for path in ACTIONS]
    run_tool("check-jsonschema", "--builtin-schema", "vendor.github-actions", *names)


def find_all_steps() -> list[tuple[str, dict[str, Any]]]:
    """Return every step of every workflow and action, with a name for it."""
    found = [
        (f"{path.stem}-{name}", job.get("steps", []))
        for path in WORKFLOWS
        for name, job in find_workflow_jobs(path).items()
    ]
    found += [(path.parent.name, yaml.safe_load(read(path))["runs"]["steps"]) for path in ACTIONS]
    return [
        (f"{name}-{number}", step) for name, steps in found for number, step in enumerate(steps)
    ]


def test_shellcheck_finds_nothing(tmp_path: Path) -> None:
    scripts = []
    for name, step in find_all_steps():
        if "run" in step and step.get("shell", "bash") == "bash":
            scripts.append(tmp_path / f"{name}.sh")
            scripts[-1].write_text(step["run"], encoding="utf-8", newline="\n")
    assert scripts
    run_tool("shellcheck", "--shell=bash", *map(str, scripts))


@pytest.mark.parametrize("path", [*WORKFLOWS, *ACTIONS], ids=show)
def test_actions_are_pinned_to_a_commit_and_name_its_version(path: Path) -> None:
    used = re.findall(r"^\s*(?:- )?uses: (.+)$", read(path), flags=re.MULTILINE)
    assert used
    foreign = [what for what in used if not what.startswith("$/")]
    assert [what for what in foreign if not PIN.fullmatch(what)] == []


def test_one_action_has_one_version() -> None:
    pins = {
        pin
        for path in [*WORKFLOWS, *ACTIONS]
        for pin in re.findall(r"uses: ([\w.-]+/[\w.-]+)[\w./-]*(@.+)$", read(path), re.MULTILINE)
    }
    assert len(pins) == len({action for action, _ in pins})


@pytest.mark.parametrize("path", WORKFLOWS, ids=show)
def test_workflow_starts_without_rights(path: Path) -> None:
    assert yaml.safe_load(read(path))["permissions"] == {}
    for job in find_workflow_jobs(path).values():
        assert job["permissions"] == {"contents": "read", **FURTHER_RIGHTS.get(path.stem, {})}


@pytest.mark.parametrize("path", WORKFLOWS, ids=show)
def test_every_job_ends_in_time(path: Path) -> None:
    for job in find_workflow_jobs(path).values():
        if "uses" not in job:  # a called workflow sets its own
            assert 1 <= job["timeout-minutes"] <= 45


def test_commands_take_nothing_from_expressions() -> None:
    for _, step in find_all_steps():
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


CALLS = {
    path.stem: job
    for path in WORKFLOWS
    for job in find_workflow_jobs(path).values()
    if str(job.get("uses")).endswith("run_job.yml")
}
SCHEDULED = [path.stem for path in WORKFLOWS if "schedule" in yaml.safe_load(read(path))[True]]


def find_called_jobs(call: dict[str, Any]) -> list[str]:
    """Return the jobs of a call's commands: written plainly, or what an expression gives."""
    lines = str(call["with"]["commands"]).strip().splitlines()
    found = [re.match(r"(?:\$\{\{[^']*'schedule' && ')?(\w+)", line) for line in lines]
    return [first[1] for first in found if first]


@pytest.mark.parametrize("name", CALLS)
def test_runs_that_write_wait_for_one_another(name: str) -> None:
    waiting = {"group": "ingest", "queue": "max", "cancel-in-progress": False}
    assert load(f"{name}.yml")["concurrency"] == waiting


@pytest.mark.parametrize("name", CALLS)
def test_secrets_are_passed_one_by_one(name: str) -> None:
    passed = CALLS[name]["secrets"]
    assert passed == {secret: f"${{{{ secrets.{secret} }}}}" for secret in passed}
    assert passed.keys() <= SECRETS
    assert load("run_job.yml")[True]["workflow_call"]["secrets"].keys() == SECRETS


@pytest.mark.parametrize("name", CALLS)
def test_called_jobs_exist(name: str) -> None:
    assert set(find_called_jobs(CALLS[name])) <= set(find_jobs())


@pytest.mark.parametrize("job", sorted(set(find_jobs()) - RUN_ELSEWHERE))
def test_every_job_for_actions_has_a_workflow_of_its_own(job: str) -> None:
    assert job in CALLS, f"{job}.yml is missing, or {job} belongs into RUN_ELSEWHERE"
    assert find_called_jobs(CALLS[job])[0] == job
    assert "dry_run" in load(f"{job}.yml")[True]["workflow_dispatch"]["inputs"]


@pytest.mark.parametrize(
    ("event", "dry_run", "if_stale", "commands"),
    [
        ("workflow_dispatch", False, "", [["get_last_50"]]),
        # A scheduled run has no inputs.
        ("schedule", "", "", [["get_last_50"], ["artists_and_tracks", "--if-stale", "170m"]]),
        ("workflow_dispatch", True, "25m", [["get_last_50", "--dry-run", "--if-stale", "25m"]]),
    ],
)
def test_inputs_become_arguments(
    event: str, dry_run: bool, if_stale: str, commands: list[list[str]]
) -> None:
    contexts = {
        "github.event_name": event,
        "inputs.dry_run": dry_run,
        "inputs.if_stale": if_stale,
    }
    filled = fill(CALLS["get_last_50"]["with"]["commands"], contexts, {})
    assert [line.split() for line in filled.splitlines() if line.strip()] == commands


def is_run(name: str, event: str, cron: str = "", **variables: str) -> bool:
    """Say whether a workflow's job would run, not be skipped."""
    (job,) = load(f"{name}.yml")["jobs"].values()
    contexts = {
        "github.event_name": event,
        "github.event.schedule": cron,
        "vars.EVERHEARD": variables.get("EVERHEARD", ""),
        "vars.SCHEDULE": variables.get("SCHEDULE", ""),
        "vars.PUBLISH_DASHBOARD": variables.get("PUBLISH_DASHBOARD", ""),
        "vars.EXPORT": variables.get("EXPORT", ""),
        "vars.BACKUP": variables.get("BACKUP", ""),
    }
    return bool(evaluate(" ".join(str(job["if"]).split()), contexts, {}))


#: Workflow -> what PUBLISH_DASHBOARD must say before it runs by itself.
PUBLISHING = {"dashboard": "artifact", "pages": "public"}
#: The same for EXPORT.
EXPORTING = {"export": "mongodb"}
#: The same for BACKUP.
BACKING_UP = {"backup": "artifact"}


def choose(name: str) -> dict[str, str]:
    """Return the variables by which a workflow is chosen to run by itself."""
    choices = {"PUBLISH_DASHBOARD": PUBLISHING, "EXPORT": EXPORTING, "BACKUP": BACKING_UP}
    return {variable: choice.get(name, "") for variable, choice in choices.items()}


@pytest.mark.parametrize("name", SCHEDULED)
def test_schedule_is_skipped_until_it_is_switched_on_and_a_person_never_is(name: str) -> None:
    cron = load(f"{name}.yml")[True]["schedule"][0]["cron"]
    assert not is_run(name, "schedule", cron)
    assert not is_run(name, "schedule", cron, EVERHEARD="paused")
    assert is_run(name, "schedule", cron, EVERHEARD="on", **choose(name))
    assert is_run(name, "workflow_dispatch")


@pytest.mark.parametrize("name", PUBLISHING)
def test_nothing_is_published_on_a_schedule_unless_it_was_chosen(name: str) -> None:
    cron = load(f"{name}.yml")[True]["schedule"][0]["cron"]
    other = "public" if PUBLISHING[name] == "artifact" else "artifact"
    assert not is_run(name, "schedule", cron, EVERHEARD="on")
    assert not is_run(name, "schedule", cron, EVERHEARD="on", PUBLISH_DASHBOARD=other)


@pytest.mark.parametrize("name", [*EXPORTING, *BACKING_UP])
def test_nothing_is_exported_on_a_schedule_unless_it_was_chosen(name: str) -> None:
    cron = load(f"{name}.yml")[True]["schedule"][0]["cron"]
    assert not is_run(name, "schedule", cron, EVERHEARD="on")
    assert not is_run(name, "schedule", cron, EVERHEARD="on", EXPORT="else", BACKUP="else")


def test_second_run_of_an_hour_waits_for_the_dense_schedule() -> None:
    hourly, dense = (entry["cron"] for entry in load("get_last_50.yml")[True]["schedule"])
    assert is_run("get_last_50", "schedule", hourly, EVERHEARD="on")
    assert not is_run("get_last_50", "schedule", dense, EVERHEARD="on")
    assert is_run("get_last_50", "schedule", dense, EVERHEARD="on", SCHEDULE="dense")
    assert is_run("get_last_50", "schedule", hourly, EVERHEARD="on", SCHEDULE="dense")


def test_uv_is_the_one_the_tests_use() -> None:
    setup = next(step for _, step in find_all_steps() if "setup-uv@" in step.get("uses", ""))
    assert [setup["with"]["version"]] == read_requirements("requirements-dev.in")["uv"]
