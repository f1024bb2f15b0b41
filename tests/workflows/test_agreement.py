"""Workflows among themselves, and with the page that tells of them."""

from __future__ import annotations

import re

import pytest

from tests.repository.project import read
from tests.workflows.test_files import WORKFLOWS, load

PAGE = read("docs/actions.md")
#: Why what can be set elsewhere is not set at GitHub.
NOT_AT_GITHUB = {
    "EVERHEARD_HOME": "nothing is kept on a machine that is gone after the run",
    "SPOOL_DIR": "the workflow says where, for the cache finds it there",
    "REPORT_DIR": "the report goes to the run's own page",
    "EVERHEARD_TRIGGER": "worked out from the event",
    "API_ORIGINS": "no API is served there",
    "API_RATE_LIMIT": "no API is served there",
    "BACKUP_PASSPHRASE": "a workflow of its own backs up, and no job of run_job",
    "NOW_PLAYING": "nothing is watched there",
    "NOW_PLAYING_URL": "nothing is watched there",
}
#: Switches of the workflows themselves.
SWITCHES = {"EVERHEARD", "SCHEDULE", "PUBLISH_DASHBOARD", "EXPORT", "BACKUP"}
NAMES = [path.stem for path in WORKFLOWS]


def find_used(kind: str) -> set[str]:
    """Return what workflows take from ``secrets`` or ``vars``."""
    return {name for path in WORKFLOWS for name in re.findall(rf"\b{kind}\.(\w+)", read(path))}


def read_table(head: str) -> set[str]:
    """Return the names in the first column of the page's table that begins so."""
    rows = PAGE.partition(f"| {head} | ")[2].partition("\n\n")[0].splitlines()
    return {
        name
        for row in rows
        for name in re.findall(r"`(\w+)`", row.split("|")[1] if "|" in row else "")
    }


def test_page_names_every_secret_and_variable_that_a_workflow_takes() -> None:
    assert read_table("secret") == find_used("secrets")
    assert read_table("variable") == find_used("vars")


def test_every_setting_of_a_job_can_be_set_at_github() -> None:
    page = read("docs/settings.md").partition("## For tests")[0]
    settings = set(re.findall(r"^\| `(\w+)` \|", page, flags=re.MULTILINE))
    (run,) = load("run_job.yml")["jobs"].values()
    given = next(step["env"] for step in run["steps"] if step["name"] == "Run the jobs")
    assert settings - given.keys() == NOT_AT_GITHUB.keys() - {"SPOOL_DIR"}
    taken = find_used("secrets") | find_used("vars")
    taken -= {"BACKUP_PASSPHRASE"}
    assert taken - SWITCHES == settings - NOT_AT_GITHUB.keys()


def test_page_tells_of_every_workflow() -> None:
    table = PAGE.partition("| workflow | when |")[2].partition("\n\n")[0]
    first_columns = " ".join(row.split("|")[1] for row in table.splitlines() if row.count("|") > 2)
    assert set(re.findall(r"`(\w+)\.yml`", first_columns)) == set(NAMES)


def find_groups() -> dict[str, dict[str, dict[str, object]]]:
    """Return group -> workflow -> what it says of waiting."""
    groups: dict[str, dict[str, dict[str, object]]] = {}
    for name in NAMES:
        waiting = load(f"{name}.yml").get("concurrency")
        if waiting:
            groups.setdefault(str(waiting["group"]), {})[name] = waiting
    return groups


def test_every_workflow_that_starts_by_itself_belongs_to_a_group() -> None:
    grouped = {name for members in find_groups().values() for name in members}
    assert set(NAMES) - grouped == {"run_job"}


@pytest.mark.parametrize("group", find_groups())
def test_no_run_takes_the_place_of_another_that_was_to_do_something_else(group: str) -> None:
    """GitHub keeps one waiting run a group, and cancels it for the next, unless ``queue`` is max.

    That costs nothing where each does the same, whatever was typed: one waiting doctor is as good
    as two. It costs a rating, a migration or a day's work where they differ.
    """
    members = find_groups()[group]
    typed = [name for name in members if (load(f"{name}.yml")[True].get("workflow_dispatch") or {})]
    if len(members) > 1 or typed:
        for name, waiting in members.items():
            assert waiting.get("queue") == "max", name
            assert waiting["cancel-in-progress"] is False, name


@pytest.mark.parametrize("name", ["rate_album", "migrate", "daily"])
def test_what_a_person_started_waits_and_is_never_cut_off(name: str) -> None:
    waiting = load(f"{name}.yml")["concurrency"]
    assert (waiting["queue"], waiting["cancel-in-progress"]) == ("max", False)
