"""When the two issues of a year are opened and closed, and what they say."""

from datetime import UTC, date, datetime, timedelta

import pytest

from cli.github.reminders import list_reminders
from everheard.ledger.operations.health import YearSum

YEAR = YearSum(2026, 12_345, 640 * 3_600_000, False, 2)
ASK, OVER = "Ask Spotify for your history of 2026", "Your 2026 in music"
IN_TIME, TOO_OLD = datetime(2026, 12, 20, tzinfo=UTC), datetime(2026, 11, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("today", "imported_at", "year", "due", "done"),
    [
        ("2026-11-30", None, None, [], []),
        ("2026-12-01", None, None, [ASK], []),
        ("2026-12-31", TOO_OLD, None, [ASK], []),
        ("2026-12-31", IN_TIME, None, [], [ASK]),
        ("2027-01-01", None, YEAR, [ASK, OVER], []),
        ("2027-01-01", None, None, [ASK], [OVER]),
        ("2027-01-31", IN_TIME, YEAR, [OVER], [ASK]),
        ("2027-02-01", None, None, [], [ASK, OVER]),
        ("2027-03-05", None, None, [], []),
    ],
)
def test_each_reminder_has_its_season(
    today: str,
    imported_at: datetime | None,
    year: YearSum | None,
    due: list[str],
    done: list[str],
) -> None:
    reminders = list_reminders(date.fromisoformat(today), imported_at, year, "ada/everheard")
    assert [reminder.title for reminder in reminders if reminder.body] == due
    assert [reminder.title for reminder in reminders if not reminder.body] == done


def test_reminders_are_open_in_december_and_january_only() -> None:
    for number in range(4 * 365):
        today = date(2026, 6, 1) + timedelta(days=number)
        reminders = list_reminders(today, None, YEAR, "ada/everheard")
        due = [reminder.title for reminder in reminders if reminder.body]
        assert due == {
            12: [f"Ask Spotify for your history of {today.year}"],
            1: [
                f"Ask Spotify for your history of {today.year - 1}",
                f"Your {today.year - 1} in music",
            ],
        }.get(today.month, [])


def test_year_with_a_gap_reads_at_least() -> None:
    *_, reminder = list_reminders(date(2027, 1, 1), None, YEAR, "ada/everheard")
    assert "2026 is over: at least 12,345 plays, 640 hours. 2 gaps in it are open" in reminder.body
    exact = YEAR._replace(is_exact=True, open_gap_count=0)
    *_, reminder = list_reminders(date(2027, 1, 1), None, exact, "ada/everheard")
    assert "2026 is over: 12,345 plays, 640 hours.\n" in reminder.body
