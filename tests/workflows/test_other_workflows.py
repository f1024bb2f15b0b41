"""The commands of the other workflows, executed: a real Postgres, a stand-in for gh."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg2
import pytest

import simulator
from tests.gh import FakeGitHub
from tests.repository.project import PROJECT_DIR, read
from tests.workflows.runner import Run, Runner
from tests.workflows.test_files import SECRETS, WORKFLOWS, find_workflow_jobs, load
from tests.wrong_clock import set_clock

pytestmark = pytest.mark.posix  # the steps are bash, on GitHub's Linux machine

Start = Callable[..., Run]


@pytest.fixture
def github(tmp_path: Path) -> FakeGitHub:
    return FakeGitHub(tmp_path / "gh")


@pytest.fixture
def start(
    make_runner: Callable[..., Runner], database_url: str, github: FakeGitHub
) -> Iterator[Start]:
    """Return what runs a workflow's only job on a fresh machine with ``gh`` on PATH."""
    with simulator.running() as server:
        settings = server.environ()
        addresses = {name: value for name, value in settings.items() if name.endswith("_URL")}

        def run(
            name: str,
            workflow: str,
            *,
            database: str = database_url,
            environ: dict[str, str] | None = None,
            **contexts: Any,
        ) -> Run:
            secrets = {f"secrets__{key}": settings.get(key, "") for key in SECRETS}
            secrets["secrets__DATABASE_URL"] = database
            machine = make_runner(
                name,
                {**addresses, "GITHUB_REPOSITORY": github.repository, **(environ or {})},
                **{**secrets, **contexts},
            )
            machine.environ["PATH"] = f"{github.folder}{os.pathsep}{machine.environ['PATH']}"
            return machine.run(find_job(workflow))

        yield run


def find_job(workflow: str) -> dict[str, Any]:
    (job,) = load(workflow)["jobs"].values()
    return dict(job)


def execute(url: str, statement: str) -> list[tuple]:
    connection = psycopg2.connect(url)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def test_watch_opens_the_issue_and_renewal_closes_it(
    start: Start, database_url: str, github: FakeGitHub
) -> None:
    """In summer: no reminder of the year's end is opened beside it."""
    assert start("first", "run_job.yml").exit_code == 0
    summer = set_clock(datetime.fromisoformat("2026-06-15T05:52:00+00:00"))
    run = start("well", "issues.yml", environ=summer)
    assert run.exit_code == 0, run.log
    assert "no issue is open" in run.log

    age = "update warehouse.etl_sign_in set authorised_at = now() - interval '{} days'"
    execute(database_url, age.format(170))
    run = start("warned", "issues.yml", environ=summer)
    assert "issue 1 opened" in run.log
    assert "! sign-in" in run.summary
    (issue,) = github.read()["issues"]
    assert issue["title"] == "Everheard needs you"

    execute(database_url, age.format(1))
    assert "issue 1 closed" in start("cured", "issues.yml", environ=summer).log


def test_watch_asks_for_the_history_in_december_and_announces_the_year(
    start: Start, github: FakeGitHub
) -> None:
    start("first", "run_job.yml")  # 50 plays of January 2026

    def keep_issues(day: str) -> str:
        moment = datetime.fromisoformat(f"{day}T05:52:00+00:00")
        return start(day, "issues.yml", environ=set_clock(moment)).log

    assert "Ask Spotify for your history of 2026: issue 1 opened" in keep_issues("2026-12-01")
    log = keep_issues("2027-01-01")
    assert "Ask Spotify for your history of 2026: issue 1 is open" in log
    assert "Your 2026 in music: issue 2 opened" in log
    asked, year = github.read()["issues"]
    assert "https://www.spotify.com/account/privacy/" in asked["body"]
    assert "`python start.py import my_spotify_data.zip`" in asked["body"]
    assert "2026 is over: at least 50 plays, " in year["body"]
    assert "`python start.py dashboard`" in year["body"]

    log = keep_issues("2027-02-02")
    assert "issue 1 closed" in log
    assert "issue 2 closed" in log


def test_watch_without_a_database_waits_for_the_next_day(start: Start) -> None:
    run = start("away", "issues.yml", database="postgresql://a:pass-word@127.0.0.1:1/everheard")
    assert run.exit_code == 0
    assert "Ended with 73" in run.log


def test_doctor_works_on_github_and_names_nobody(start: Start) -> None:
    start("first", "run_job.yml")
    run = start("doctor", "doctor.yml", github__event_name="workflow_dispatch")
    assert "✓ Spotify, listener 1" in run.summary
    assert "✓ workflows: 1 on" in run.summary
    assert FakeGitHub.repository not in run.summary


@pytest.mark.parametrize("workflow", ["dashboard.yml", "pages.yml"])
def test_pages_are_written_where_the_next_step_looks_for_them(
    start: Start, tmp_path: Path, workflow: str
) -> None:
    start("first", "run_job.yml")
    run = start("pages", workflow, vars__LISTENER_TIMEZONE="UTC")
    assert run.exit_code == 0, run.log
    assert run.log.splitlines()[-1].startswith("publish_dashboard: listeners 1, plays 50")
    uploads = [step for step in find_job(workflow)["steps"] if step.get("with", {}).get("path")]
    assert uploads[0]["with"]["path"] == "pages"
    assert (tmp_path / "pages/checkout/pages/index.html").exists()


def test_every_step_with_commands_is_executed_here_or_beside() -> None:
    """But for those of tests.yml, which run the whole suite."""
    executed = read(__file__) + read("tests/workflows/test_run_job.py")
    for path in WORKFLOWS:
        jobs = find_workflow_jobs(path).values()
        if any("run" in step for job in jobs for step in job.get("steps", [])):
            assert path.name == "tests.yml" or f'"{path.name}"' in executed


def test_migrate_makes_the_tables_and_says_when_there_is_no_database(
    start: Start, empty_database_url: str
) -> None:
    run = start("empty", "migrate.yml", database=empty_database_url)
    assert run.exit_code == 0, run.log
    assert "upgrade: schema at version" in run.summary
    unset = start("unset", "migrate.yml", database="")
    assert unset.exit_code == 78
    assert "DATABASE_URL is not set" in unset.log


def test_daily_run_does_every_job_of_the_day(start: Start) -> None:
    start("first", "run_job.yml")
    call = find_job("daily.yml")["with"]
    run = start("daily", "run_job.yml", inputs__commands=call["commands"])
    assert run.exit_code == 0, run.log
    for job in call["commands"].split():
        assert f"{job}: " in run.log


def test_form_rates_an_album_and_shows_it_to_nobody(
    start: Start, database_url: str, tmp_path: Path
) -> None:
    start("first", "run_job.yml")
    call = find_job("rate_album.yml")["with"]
    inputs = {"album": 'It\'s "Ours" $(touch x)', "artist": "Zoë", "rating": "95"}
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"inputs": inputs}))
    path = {"GITHUB_EVENT_PATH": str(event)}
    run = start("form", "run_job.yml", environ=path, inputs__commands=call["commands"])
    assert run.exit_code == 0, run.log
    assert not any(given in run.log + run.summary for given in ("Ours", "Zoë", "95"))
    rows = execute(database_url, "select rating::int from warehouse.fact_album_rating")
    assert rows == [(95,)]


def test_ingest_runs_in_an_environment_of_its_requirements_alone(
    tmp_path: Path, database_url: str
) -> None:
    """The subset is enough, installed by uv as GitHub's machine does it."""
    venv = tmp_path / "venv"
    uv = str(Path(sys.executable).parent / "uv")
    for words in (
        ["venv", "--quiet", "--python", sys.executable, str(venv)],
        ["pip", "install", "--quiet", "--require-hashes", "-r", "requirements-ingest.txt"],
    ):
        done = subprocess.run(
            [uv, *words],
            cwd=PROJECT_DIR,
            env={**os.environ, "VIRTUAL_ENV": str(venv)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    python = venv / "bin" / "python"
    listed = subprocess.run(
        [python, "-c", "import importlib.util as u; print(u.find_spec('pandas'))"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert listed.stdout == "None\n"
    with simulator.running() as server:
        environ = {**os.environ, **server.environ(), "DATABASE_URL": database_url}
        environ["EVERHEARD_HOME"] = str(tmp_path / "home")
        for module, *words in (
            ["jobs.get_last_50"],
            ["jobs.artists_and_tracks"],
            ["jobs.rank_albums"],
            ["cli", "exit-policy", "get_last_50", "0"],
        ):
            done = subprocess.run(
                [python, "-m", module, *words],
                cwd=PROJECT_DIR,
                env=environ,
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stdout + done.stderr


def test_backup_is_made_encrypted_or_not_at_all(start: Start) -> None:
    run = start("backup", "backup.yml", secrets__BACKUP_PASSPHRASE="four words of mine")
    assert run.exit_code == 0, run.log
    assert "backup: " in run.log
    assert "four words of mine" not in run.log
    bare = start("bare", "backup.yml", secrets__BACKUP_PASSPHRASE="")
    assert bare.exit_code == 78
    assert "BACKUP_PASSPHRASE" in bare.log
