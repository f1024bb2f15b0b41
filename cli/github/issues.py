"""Keep issues at GitHub: one while somebody is needed, and two a year as a reminder.

Each is opened once, updated, and closed when it is cured or its time is over. Runs daily in
Actions, with the right to write issues and no other right to write.
A workflow cannot report that Actions has stopped: HEALTHCHECK_URL is for that.
"""

from __future__ import annotations

from contextlib import closing
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from psycopg2.extensions import connection as Connection

from cli.commands import make_parser
from cli.doctor.check import Mark
from cli.doctor.ledger import check_ledger, find_host, list_issues
from cli.github.client import ask_github
from cli.github.reminders import Reminder, list_reminders
from everheard.config import Settings, read_settings
from everheard.database.connect import connect
from everheard.failure import ConfigurationError
from everheard.ledger.operations.health import LedgerHealth, read_health, read_year
from everheard.rims.markdown import add_to_summary, say
from everheard.zones import is_zone

TITLE = "Everheard needs you"
ENDING = "\nThis issue is kept by the workflow `issues`, which closes it when all of this is cured."
#: What the run's page speaks of on good days too.
ALWAYS_TOLD = {"sign-in", "gaps", "storage", "quota"}


def main(argv: list[str]) -> int:
    """Bring the issues in line with the ledger; say what was done."""
    make_parser("issues").parse_args(argv)
    print(keep_issues(read_settings(needs_spotify=False)))
    return 0


def keep_issues(settings: Settings, today: date | None = None) -> str:
    """Look at the ledger, bring the issues in line with it, and return a sentence."""
    if not settings.repository:
        raise ConfigurationError(["GITHUB_REPOSITORY is not set: this runs in Actions"])
    with closing(connect(settings, application="everheard issues")) as connection:
        health = read_health(connection, client_id=settings.client_id)
        today = today or datetime.now(_find_zone(health)).date()
        reminders = _find_reminders(settings, connection, health, today)
    _write_summary(settings, health)
    issues = list_issues(health, find_host(settings.database_url))
    did = [settle_issue(settings.repository, issues), *settle_reminders(settings, reminders)]
    return f"issues: {len(issues)} things to see to, {', '.join(did)}"


def _find_zone(health: LedgerHealth) -> ZoneInfo:
    """Return the first listener's time zone: the reminders are by their calendar."""
    zones = [one.timezone for one in health.listeners if is_zone(one.timezone)]
    return ZoneInfo(zones[0] if zones else "UTC")


def settle_issue(repository: str, issues: list[str]) -> str:
    """Open, update or close the one issue; return what was done."""
    found = ask_github(f"repos/{repository}/issues?state=open&per_page=100")
    issue = _find_titled(found, TITLE)
    body = "\n".join([*(f"- {say(one)}" for one in issues), ENDING]) if issues else ""
    if issue is None and not body:
        return "no issue is open"
    return _settle(repository, issue, TITLE, body)


def settle_reminders(settings: Settings, reminders: list[Reminder]) -> list[str]:
    """Open each reminder once; return what was done. A person who closes one is obeyed."""
    if not reminders:
        return []
    repository = settings.repository
    found = ask_github(f"repos/{repository}/issues?state=all&per_page=100")
    did = []
    for reminder in reminders:
        issue = _find_titled(found, reminder.title)
        is_done = not reminder.body if issue is None else issue["state"] == "closed"
        if not is_done:
            did.append(f"{reminder.title}: {_settle(repository, issue, *reminder)}")
    return did


def _find_reminders(
    settings: Settings, connection: Connection, health: LedgerHealth, today: date
) -> list[Reminder]:
    year = read_year(connection, today.year - 1) if today.month == 1 else None
    return list_reminders(today, health.imported_at, year, settings.repository)


def _find_titled(issues: list[dict[str, Any]], title: str) -> dict[str, Any] | None:
    return next((one for one in issues if one["title"] == title), None)


def _settle(repository: str, issue: dict[str, Any] | None, title: str, body: str) -> str:
    """Open an issue, or give it this body, or close it where there is nothing to say."""
    if issue is None:
        made = ask_github(
            f"repos/{repository}/issues", method="POST", body={"title": title, "body": body}
        )
        return f"issue {made['number']} opened"
    if not body:
        _change(repository, issue, state="closed", state_reason="completed")
        return f"issue {issue['number']} closed"
    if (issue.get("body") or "").replace("\r\n", "\n") == body:
        return f"issue {issue['number']} is open"
    _change(repository, issue, body=body)
    return f"issue {issue['number']} updated"


def _change(repository: str, issue: dict[str, Any], **changes: str) -> None:
    ask_github(f"repos/{repository}/issues/{issue['number']}", method="PATCH", body=changes)


def _write_summary(settings: Settings, health: LedgerHealth) -> None:
    """Write what is not well to the run's page, without the names of people and machines."""
    if settings.step_summary is None:
        return
    unnamed = health._replace(
        sign_ins=[one._replace(name=None) for one in health.sign_ins],
        listeners=tuple(one._replace(name=None) for one in health.listeners),
        runners=[
            one._replace(name=str(number)) for number, one in enumerate(health.runners, start=1)
        ],
    )
    lines = [
        f"- {say(str(check))}"
        for check in check_ledger(unnamed, settings)
        if check.mark is not Mark.GOOD or check.name in ALWAYS_TOLD
    ]
    add_to_summary(settings.step_summary, ["### issues", "", *lines, ""])
