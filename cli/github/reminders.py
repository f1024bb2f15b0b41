"""Two issues a year: ask Spotify for the history in December, the year's end in January. Pure."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import NamedTuple

from everheard.ledger.operations.health import YearSum
from everheard.rims.counted import say_counted

MONTH = timedelta(days=31)


class Reminder(NamedTuple):
    """An issue that is opened once; ``body`` is empty when there is nothing (more) to do."""

    title: str
    body: str


def list_reminders(
    today: date, imported_at: datetime | None, year: YearSum | None, repository: str
) -> list[Reminder]:
    """Return the reminders whose season this is, and those that must be closed after it.

    ``year`` is the sum of the year that ended last, None where nothing was heard in it.
    A reminder stays open for the season at most, so that whoever ignores it is rid of it.
    """
    reminders = []
    for number in (today.year - 1, today.year):
        asked_from, over = date(number, 12, 1), date(number + 1, 1, 1)
        if asked_from <= today < asked_from + 3 * MONTH:
            has_come = imported_at is not None and imported_at.date() >= asked_from
            is_due = today < asked_from + 2 * MONTH and not has_come
            body = _say_ask(number, repository) if is_due else ""
            reminders.append(Reminder(f"Ask Spotify for your history of {number}", body))
        if over <= today < over + 2 * MONTH:
            body = _say_year(year, repository) if year and today < over + MONTH else ""
            reminders.append(Reminder(f"Your {number} in music", body))
    return reminders


def _say_ask(year: int, repository: str) -> str:
    return "\n".join(
        [
            f"{year} ends soon. Ask Spotify for your history now, and it is here when the year is"
            " over: it takes up to 30 days, and it has what polling cannot see: how long each play"
            " was listened to, podcasts, and plays in a gap.",
            "",
            "1. Open [your account's privacy page](https://www.spotify.com/account/privacy/), and"
            " choose **Extended streaming history**.",
            "2. When its mail comes: `python start.py import my_spotify_data.zip`"
            f" ([how]({_link(repository, 'import')})).",
            "",
            "This issue closes when an import has come in, or at the end of January.",
        ]
    )


def _say_year(year: YearSum, repository: str) -> str:
    least = "" if year.is_exact else "at least "
    gaps = (
        f" {say_counted(year.open_gap_count, 'gap in it is', 'gaps in it are')} open:"
        f" the privacy export closes what it covers ([how]({_link(repository, 'import')}))."
        if year.open_gap_count
        else ""
    )
    return "\n".join(
        [
            f"{year.year} is over: {least}{say_counted(year.play_count, 'play')},"
            f" {say_counted(round(year.ms_listened / 3_600_000), 'hour')}.{gaps}",
            "",
            "`python start.py dashboard` opens your pages, with the statement of the year and a"
            f" picture to share ([how]({_link(repository, 'dashboard')})).",
            "",
            "This issue closes at the end of January.",
        ]
    )


def _link(repository: str, page: str) -> str:
    return f"https://github.com/{repository}/blob/HEAD/docs/{page}.md"
