"""Drawing minutes: the text of the real workflows, and a repository of the test's own."""

import random
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from cli.github import client as github
from cli.github import schedule_minutes as minutes
from cli.github.schedule_minutes import commit_new_minutes, draw_minutes
from tests.repository.project import PROJECT_DIR, read

CRON = re.compile(r'cron: "([^"]+)"')


@pytest.mark.parametrize("seed", range(20))
def test_drawn_minutes_are_odd_and_half_an_hour_apart(seed: int) -> None:
    text = read(".github/workflows/get_last_50.yml")
    drawn = draw_minutes(text, random.Random(seed))
    first, second = (int(cron.split()[0]) for cron in CRON.findall(drawn))
    assert first % 5
    assert second == (first + 30) % 60
    assert f"schedule != '{second} * * * *'" in drawn, "the condition names the second line"
    assert len(drawn.splitlines()) == len(text.splitlines())


def test_daily_run_keeps_to_the_night() -> None:
    crons = CRON.findall(draw_minutes('- cron: "17 4 * * *"', random.Random(3)))
    assert 2 <= int(crons[0].split()[1]) < 8


def test_workflow_without_a_schedule_stays_as_it_is() -> None:
    text = read(".github/workflows/run_job.yml")
    assert draw_minutes(text, random.Random(1)) == text


def test_draws_spread_over_the_hour() -> None:
    rng = random.Random(5)
    drawn = {CRON.findall(draw_minutes('- cron: "37 * * * *"', rng))[0] for _ in range(200)}
    assert len(drawn) > 30


@pytest.mark.posix
def test_new_minutes_are_committed_and_nothing_else_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = tmp_path / "copy"
    shutil.copytree(PROJECT_DIR / ".github", repository / ".github")

    def git(*words: str) -> str:
        given = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
        done = subprocess.run(
            ["git", *given, *words], cwd=repository, capture_output=True, text=True, check=True
        )
        return done.stdout

    git("init", "--quiet")
    git("config", "user.name", "Ada")
    git("config", "user.email", "ada@example.org")
    git("add", ".")
    git("commit", "--quiet", "--message", "first")
    (repository / "unrelated").write_text("mine")
    git("add", "unrelated")
    monkeypatch.setattr(github, "PROJECT_DIR", repository)

    said = commit_new_minutes(repository / minutes.WORKFLOWS.relative_to(PROJECT_DIR))

    assert said.startswith("schedule: new minutes in ")
    changed = git("show", "--name-only", "--format=%s", "HEAD").split()
    assert ".github/workflows/get_last_50.yml" in changed
    assert "unrelated" not in changed
    assert git("status", "--short") == "A  unrelated\n"
