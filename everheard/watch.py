"""Keep one issue at GitHub open while somebody is needed: opened once, updated, closed when cured.

Runs daily in Actions, with the right to write issues and no other right to write.
A workflow cannot report that Actions has stopped: HEALTHCHECK_URL is for that.
"""

from __future__ import annotations

from contextlib import closing
from typing import Any

from everheard.config import Settings
from everheard.doctor.check import Mark
from everheard.doctor.ledger import check_ledger, find_host, list_issues
from everheard.failure import ConfigurationError
from everheard.github import ask_github
from everheard.warehouse.connect import connect
from everheard.warehouse.health import Health, read_health

TITLE = "Everheard needs you"
ENDING = "\nThis issue is kept by the workflow `watch`, which closes it when all of this is cured."


def watch(settings: Settings) -> str:
    """Look at the ledger, bring the issue in line with it, and return a sentence."""
    if not settings.repository:
        raise ConfigurationError(["GITHUB_REPOSITORY is not set: watch runs in Actions"])
    with closing(connect(settings, application="everheard watch")) as connection:
        health = read_health(connection, client_id=settings.client_id)
    host = find_host(settings.database_url)
    _write_summary(settings, health, host)
    issues = list_issues(health, host)
    did = settle_issue(settings.repository, issues)
    return f"watch: {len(issues)} things to see to, {did}"


def settle_issue(repository: str, issues: list[str]) -> str:
    """Open, update or close the one issue; return what was done."""
    issue = _find_issue(repository)
    if not issues:
        if issue is None:
            return "no issue is open"
        _change(repository, issue, state="closed", state_reason="completed")
        return f"issue {issue['number']} closed"
    body = "\n".join([*(f"- {one}" for one in issues), ENDING])
    if issue is None:
        made = ask_github(
            f"repos/{repository}/issues", method="POST", body={"title": TITLE, "body": body}
        )
        return f"issue {made['number']} opened"
    if (issue.get("body") or "").replace("\r\n", "\n") == body:
        return f"issue {issue['number']} is open"
    _change(repository, issue, body=body)
    return f"issue {issue['number']} updated"


def _find_issue(repository: str) -> dict[str, Any] | None:
    found = ask_github(f"repos/{repository}/issues?state=open&per_page=100")
    return next((one for one in found if one["title"] == TITLE), None)


def _change(repository: str, issue: dict[str, Any], **changes: str) -> None:
    ask_github(f"repos/{repository}/issues/{issue['number']}", method="PATCH", body=changes)


def _write_summary(settings: Settings, health: Health, host: str) -> None:
    """Write what is not well to the run's page, without the names of people and machines."""
    if settings.step_summary is None:
        return
    unnamed = health._replace(
        sign_ins=[one._replace(name=None) for one in health.sign_ins],
        runners=[
            one._replace(name=str(number)) for number, one in enumerate(health.runners, start=1)
        ],
    )
    checks = check_ledger(unnamed, host)
    lines = [f"- {check}" for check in checks if check.mark is not Mark.GOOD]
    with settings.step_summary.open("a", encoding="utf-8") as file:
        file.write("\n".join(["### watch", "", *(lines or ["All is well."]), ""]))
