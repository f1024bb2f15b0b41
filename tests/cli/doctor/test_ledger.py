"""Judgements that a small test database cannot show."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from cli.doctor.check import Mark
from cli.doctor.ledger import MEGABYTE, check_quota, check_storage, check_version, list_issues
from everheard.ledger.operations.health import LedgerHealth, RunnerHealth, SignInHealth

HEALTH = LedgerHealth(
    server_version="17.2 (Debian)",
    is_read_only=False,
    can_write=True,
    version=99,
    oldest_code=1,
    size_bytes=0,
    largest=[("fact_play", 200 * MEGABYTE)],
    sign_ins=[],
    runners=[],
    hours_since_success=0.0,
    open_gap_count=0,
    new_gap_count=0,
    blocked={},
    call_count=0,
    capabilities={},
    imported_at=None,
    has_been_scheduled=True,
    hours_on_actions=None,
)
NEON = "ep-cool-name-123456-pooler.eu-central-1.aws.neon.tech"


def sign_in_of(days_old: int) -> SignInHealth:
    ends_at = datetime(2027, 1, 1, tzinfo=UTC)
    return SignInHealth("Ada", "UTC", ends_at, days_old, 181 - days_old, False, True, ())


@pytest.mark.parametrize(
    ("megabytes", "mark"),
    [(300, Mark.GOOD), (360, Mark.SOON), (434, Mark.SOON), (436, Mark.BAD)],
)
def test_storage_is_judged_against_the_free_tier(megabytes: int, mark: Mark) -> None:
    check = check_storage(HEALTH._replace(size_bytes=megabytes * MEGABYTE), NEON)
    assert check.mark is mark
    if mark is not Mark.GOOD:
        assert "fact_play 200 MB" in check.cure


def test_storage_of_an_own_server_has_no_limit() -> None:
    assert check_storage(HEALTH._replace(size_bytes=10**12), "db.example.org").mark is Mark.GOOD


@pytest.mark.parametrize(("version", "mark"), [("14.9", Mark.BAD), ("15.1", Mark.GOOD)])
def test_old_postgres_is_a_fault(version: str, mark: Mark) -> None:
    assert check_version(HEALTH._replace(server_version=version)).mark is mark


def test_issue_names_what_needs_somebody_and_nobody_s_name() -> None:
    health = HEALTH._replace(
        sign_ins=[sign_in_of(159), sign_in_of(160)],
        runners=[RunnerHealth("attic-pi", "timer", 9.0)],
        new_gap_count=2,
        size_bytes=500 * MEGABYTE,
    )
    issues = list_issues(health, NEON)
    assert len(issues) == 4
    assert "2027-01-01" in issues[0]
    assert "attic-pi" not in " ".join(issues)
    assert "Ada" not in " ".join(issues)
    assert list_issues(HEALTH, NEON) == []


def test_issue_speaks_of_a_quota_that_ended_and_what_it_means() -> None:
    until = datetime(2026, 1, 2, 3, 4, tzinfo=timezone(timedelta(hours=5)))
    (said,) = list_issues(HEALTH._replace(blocked={"tracks": until}), NEON)
    assert "tracks until 2026-01-01 22:04 UTC" in said
    assert "`METADATA_CALLS_PER_DAY`" in said
    polling = list_issues(HEALTH._replace(blocked={"recently-played": until}), NEON)
    assert "plays may be missing" in polling[-1]


def test_quota_says_what_is_left_of_the_day() -> None:
    assert "88 of 300 calls" in check_quota(HEALTH._replace(call_count=212), 300).says
    assert "0 of 100 calls" in check_quota(HEALTH._replace(call_count=212), 100).says
