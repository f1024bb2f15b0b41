"""Every command of run_job.yml, executed: a real Postgres, the simulator, a real uv."""

import shutil
import time
from collections.abc import Callable, Iterator
from typing import Any

import psycopg2
import pytest

import simulator
from tests.workflows.runner import Run, Runner
from tests.workflows.test_files import SECRETS, load

pytestmark = pytest.mark.posix  # the steps are bash, on GitHub's Linux machine

RESTORE = "Bring back what could not be stored last time"
RUN = "Run the jobs"
SAVE = "Keep what could not be stored"
NOBODY_LISTENS = "postgresql://poller:pa%2Fss%2525word@127.0.0.1:1/everheard"

MakeMachine = Callable[..., Runner]


@pytest.fixture
def job() -> dict[str, Any]:
    return dict(load("run_job.yml")["jobs"]["run"])


@pytest.fixture
def make_machine(make_runner: Callable[..., Runner], database_url: str) -> Iterator[MakeMachine]:
    """Return a maker of machines that all reach one simulated Spotify."""
    with simulator.running() as server:
        settings = server.environ()
        addresses = {name: value for name, value in settings.items() if name.endswith("_URL")}

        def make(name: str, *, database: str = database_url, **contexts: Any) -> Runner:
            secrets = {f"secrets__{key}": settings.get(key, "") for key in SECRETS}
            secrets["secrets__DATABASE_URL"] = database
            return make_runner(name, addresses, **{**secrets, **contexts})

        yield make


def count_plays(database_url: str) -> int:
    connection = psycopg2.connect(database_url)
    try:
        with connection.cursor() as cursor:
            cursor.execute("select count(*) from warehouse.fact_play")
            return int(cursor.fetchone()[0])
    finally:
        connection.close()


def carry_spool(source: Runner, target: Runner) -> None:
    """Do what the cache does between two runs."""
    shutil.copytree(source.workspace / ".spool", target.workspace / ".spool")


def test_scheduled_run_stores_plays_and_says_so(
    make_machine: MakeMachine, job: dict[str, Any], database_url: str
) -> None:
    run = make_machine("first").run(job)

    assert run.exit_code == 0, run.log
    assert run.log.splitlines()[-1].startswith("get_last_50: fetched 50, new 50, known 0")
    assert count_plays(database_url) == 50
    assert "get_last_50" in run.summary
    assert run.outcomes[RESTORE] == "success"
    assert run.outcomes[SAVE] == "skipped", "the spool did not change"


def test_second_run_adds_nothing(
    make_machine: MakeMachine, job: dict[str, Any], database_url: str
) -> None:
    make_machine("first").run(job)
    run = make_machine("second").run(job)

    assert run.exit_code == 0, run.log
    assert "new 0, known 50" in run.log
    assert count_plays(database_url) == 50


def test_dry_run_reaches_the_job(
    make_machine: MakeMachine, job: dict[str, Any], database_url: str
) -> None:
    run = make_machine("first", inputs__commands="get_last_50 --dry-run  --if-stale 25m\n\n").run(
        job
    )

    assert run.exit_code == 0, run.log
    assert count_plays(database_url) == 0


def test_spool_travels_from_a_run_without_database_to_the_next(
    make_machine: MakeMachine, job: dict[str, Any], database_url: str
) -> None:
    first = make_machine("first", database=NOBODY_LISTENS)
    failed = first.run(job)
    assert failed.exit_code == 0, "one failure is no mail"
    assert "Ended with 73; the next run tries again" in failed.log
    assert failed.outcomes[SAVE] == "success", "a failed run keeps what it fetched"

    second = make_machine("second")
    carry_spool(first, second)
    mended = second.run(job)
    assert mended.exit_code == 0, mended.log
    assert count_plays(database_url) == 50
    assert mended.outcomes[SAVE] == "success", "the emptied spool is kept too"

    third = make_machine("third")
    carry_spool(second, third)
    assert third.run(job).outcomes[SAVE] == "skipped"


def test_outage_of_hours_turns_red(make_machine: MakeMachine, job: dict[str, Any]) -> None:
    machine = make_machine("late", database=NOBODY_LISTENS)
    machine.run(job)
    first_failure = machine.workspace / ".spool" / "failing-since-get_last_50"
    first_failure.write_text(str(time.time() - 7 * 3600))
    later = Runner(
        machine.workspace, machine.temporary / "later", machine.contexts, machine.environ
    )
    later.temporary.mkdir()

    run = later.run(job)

    assert run.exit_code == 73
    assert run.outcomes[RUN] == "failure"


def test_further_job_runs_on_the_same_machine_whatever_the_first_came_to(
    make_machine: MakeMachine, job: dict[str, Any]
) -> None:
    commands = "get_last_50\nartists_and_tracks --if-stale 170m\n"
    run = make_machine("both", inputs__commands=commands).run(job)
    assert run.exit_code == 0, run.log
    assert [line.partition(":")[0] for line in run.log.splitlines() if ": " in line][-2:] == [
        "get_last_50",
        "artists_and_tracks",
    ]

    failed = make_machine(
        "neither", inputs__commands=commands, secrets__SPOTIFY_REFRESH_TOKEN="dead"
    ).run(job)
    assert failed.exit_code == 77
    assert "artists_and_tracks: " in failed.log


def test_run_on_another_branch_leaves_the_spool_alone(
    make_machine: MakeMachine, job: dict[str, Any]
) -> None:
    run = make_machine(
        "branch",
        database=NOBODY_LISTENS,
        github__event_name="workflow_dispatch",
        github__ref_name="try-something",
        github__event__repository__default_branch="main",
    ).run(job)

    assert run.exit_code == 73, run.log
    assert run.outcomes[RESTORE] == run.outcomes[SAVE] == "skipped"


def test_parts_of_secrets_are_masked_and_appear_nowhere_else(
    make_machine: MakeMachine, job: dict[str, Any]
) -> None:
    run: Run = make_machine(
        "masks",
        database=NOBODY_LISTENS,
        secrets__SPOTIFY_REFRESH_TOKEN="first-token, second-token",
    ).run(job)

    # GitHub turns %25 back into % before it masks.
    masks = [mask.replace("%25", "%") for mask in run.masks]
    assert masks == ["pa%2Fss%2525word", "pa/ss%25word", "first-token", "second-token"]
    elsewhere = "\n".join(line for line in run.log.splitlines() if "::add-mask::" not in line)
    assert [mask for mask in masks if mask in elsewhere + run.summary] == []


def test_missing_secrets_end_with_every_name(
    make_machine: MakeMachine, job: dict[str, Any]
) -> None:
    run = make_machine("unset", database="", **{f"secrets__{name}": "" for name in SECRETS}).run(
        job
    )

    assert run.exit_code == 78
    needed = SECRETS - {"DATABASE_URL", "HEALTHCHECK_URL", "MUSICBRAINZ_CONTACT", "MONGODB_URL"}
    assert [name for name in needed if name not in run.log] == []
