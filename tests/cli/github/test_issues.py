"""One issue, opened once, updated, closed when cured: a real ledger, a stand-in for gh."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import psycopg2.extensions
import pytest

from cli.github.issues import keep_issues, settle_reminders
from cli.github.reminders import Reminder
from everheard.config import read_settings
from tests.gh import FakeGitHub

pytestmark = pytest.mark.posix  # the stand-in for gh is a script

LISTENER = """
    insert into warehouse.dim_listener (account_id, display_name) values ('a', 'Ada Lovelace');
    insert into warehouse.etl_sign_in (
        fingerprint, listener_key, encrypted_token, authorised_at, is_authorised_at_exact
    )
    select 'f', listener_key, 'x', now(), true from warehouse.dim_listener
"""
AGE = "update warehouse.etl_sign_in set authorised_at = now() - interval '{} days'"
#: No reminder of the year's end is opened or closed.
NO_SEASON = date(2026, 6, 15)
GAP = """
    insert into warehouse.etl_gap (listener_key, gap_start, gap_end)
    select listener_key, now() - interval '1 day', now() from warehouse.dim_listener
"""


@pytest.fixture
def github(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeGitHub:
    fake = FakeGitHub(tmp_path / "gh")
    fake.put_on_path(monkeypatch)
    return fake


@pytest.fixture
def run_issues(github: FakeGitHub, database_url: str, tmp_path: Path) -> Callable[[], str]:
    environ = {
        "DATABASE_URL": database_url,
        "SPOTIFY_CLIENT_ID": "app",
        "GITHUB_REPOSITORY": github.repository,
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
    }
    settings = read_settings(environ, env_file=tmp_path / "no", needs_spotify=False)
    return lambda: keep_issues(settings, today=NO_SEASON)


def test_issue_is_opened_once_updated_and_closed_when_cured(
    run_issues: Callable[[], str],
    github: FakeGitHub,
    connection: psycopg2.extensions.connection,
    tmp_path: Path,
) -> None:
    cursor = connection.cursor()
    cursor.execute(LISTENER)
    cursor.execute(AGE.format(159))
    assert run_issues() == "issues: 0 things to see to, no issue is open"

    cursor.execute(AGE.format(160))
    assert run_issues() == "issues: 1 things to see to, issue 1 opened"
    assert run_issues() == "issues: 1 things to see to, issue 1 is open"
    cursor.execute(GAP)
    assert run_issues() == "issues: 2 things to see to, issue 1 updated"
    (issue,) = github.read()["issues"]
    assert "`python start.py authorize`" in issue["body"]
    assert "1 new gap" in issue["body"]
    assert "Ada" not in issue["body"] + (tmp_path / "summary.md").read_text(encoding="utf-8")

    cursor.execute(AGE.format(0))
    cursor.execute("update warehouse.etl_gap set closed_at = now(), closed_by = 'x.zip'")
    assert run_issues() == "issues: 0 things to see to, issue 1 closed"
    cursor.execute(AGE.format(165))
    assert run_issues() == "issues: 1 things to see to, issue 2 opened"


def test_spent_quota_is_told_until_it_is_open_again(
    run_issues: Callable[[], str],
    github: FakeGitHub,
    connection: psycopg2.extensions.connection,
    tmp_path: Path,
) -> None:
    cursor = connection.cursor()
    cursor.execute(
        "insert into warehouse.etl_quota (client_id, bucket, blocked_until)"
        " values ('app', 'search', now() + interval '9 hours'), ('other', 'tracks', 'infinity');"
        "insert into warehouse.etl_quota_call (client_id, bucket, job, call_count)"
        " values ('app', 'tracks', 'artists_and_tracks', 210)"
    )
    assert run_issues() == "issues: 1 things to see to, issue 1 opened"
    (issue,) = github.read()["issues"]
    assert "Spotify has closed: search until " in issue["body"]
    assert "quota: 90 of 300 calls" in (tmp_path / "summary.md").read_text(encoding="utf-8")
    cursor.execute("update warehouse.etl_quota set blocked_until = now() where client_id = 'app'")
    assert run_issues() == "issues: 0 things to see to, issue 1 closed"


def test_notice_that_a_person_closed_stays_closed(github: FakeGitHub, tmp_path: Path) -> None:
    settings = read_settings(
        {"GITHUB_REPOSITORY": github.repository}, env_file=tmp_path / "no", needs_spotify=False
    )
    reminder = Reminder("Your 2026 in music", "It is over.")
    assert settle_reminders(settings, [reminder]) == ["Your 2026 in music: issue 1 opened"]
    (issue,) = github.read()["issues"]
    github.write(issues=[{**issue, "state": "closed"}])
    assert settle_reminders(settings, [reminder]) == []
    assert settle_reminders(settings, [Reminder("Your 2025 in music", "")]) == []


def test_issues_of_other_people_are_left_alone(
    run_issues: Callable[[], str], github: FakeGitHub
) -> None:
    theirs = {"number": 1, "title": "Everheard is nice", "body": "", "state": "open"}
    github.write(issues=[theirs])
    run_issues()
    assert github.read()["issues"] == [theirs]
