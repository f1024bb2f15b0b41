"""Checks on the repository at GitHub: workflows, the switch, the clock of 60 days."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from cli.doctor.check import Check, bad, good, note, soon
from cli.github.client import GitHubTrouble, ask_github, has_gh

QUIET_DAYS = 45
RESET = "`python start.py schedule reset` commits new minutes, which counts as activity"


def check_github(repository: str, now: datetime | None = None) -> list[Check]:
    """Return the checks on a repository, or one that says why nobody looked."""
    if not repository:
        return [note("GitHub", "this copy belongs to no repository there")]
    if not has_gh():
        return [note("GitHub", "not looked at", "install gh: https://cli.github.com")]
    try:
        about = ask_github(f"repos/{repository}")
        workflows = ask_github(f"repos/{repository}/actions/workflows")["workflows"]
    except GitHubTrouble as trouble:
        return [note("GitHub", f"not looked at: {trouble}", "`gh auth login`")]
    return [
        check_activity(about, now or datetime.now(UTC)),
        *check_workflows(workflows),
        *_check_switch(repository),
    ]


def check_activity(about: dict[str, Any], now: datetime) -> Check:
    """Judge the clock of 60 days, after which GitHub turns a public repository's schedules off."""
    days = (now - datetime.fromisoformat(about["pushed_at"])).days
    if about["private"]:
        return good("activity", "the repository is private: its schedules stay on")
    says = f"the last push was {days} days ago; GitHub turns schedules off after 60"
    return soon("activity", says, RESET) if days >= QUIET_DAYS else good("activity", says)


def check_workflows(workflows: list[dict[str, Any]]) -> list[Check]:
    """Judge whether the workflows are on."""
    off = [one for one in workflows if one["state"].startswith("disabled")]
    return [
        bad(
            f"workflow {one['name']}",
            f"is off ({one['state']})",
            f"`gh workflow enable {one['path'].rpartition('/')[2]}`, or on the Actions tab",
        )
        for one in off
    ] or [good("workflows", f"{len(workflows)} on")]


def _check_switch(repository: str) -> list[Check]:
    """Judge the variable EVERHEARD; in Actions nobody may read it, and a run proves it."""
    try:
        value = ask_github(f"repos/{repository}/actions/variables/EVERHEARD")["value"]
    except GitHubTrouble:
        return []
    if value == "on":
        return [good("schedules", "on")]
    return [note("schedules", "paused", "`gh variable set EVERHEARD --body on`")]
