"""What the operations say that the listener should hear in time."""

from __future__ import annotations

from datetime import datetime

from everheard.ledger.listeners import CHANGE_ZONE
from everheard.ledger.operations.runs import Warnings
from everheard.rims.counted import say_counted
from everheard.zones import is_same_zone

#: Days after a sign-in: when each run begins to speak of its end, when the issue is opened.
WARN_DAY, ISSUE_DAY = 150, 160
RENEWAL = "`python start.py authorize` renews it in a minute, for every runner"


def list_warnings(read: Warnings) -> list[str]:
    """Return what a run's summary says beside its own work; no names, logs may be public."""
    warnings = [
        say_sign_in_ends(ends_at, days_old)
        for ends_at, days_old in read.sign_in_ends
        if days_old >= WARN_DAY
    ]
    if read.hours_of_silence is not None:
        warnings.append(
            f"Another runner has been silent for {read.hours_of_silence:.0f} hours:"
            " `python start.py doctor` names it."
        )
    if read.gap_count:
        warnings.append(
            f"Another runner noticed {say_counted(read.gap_count, 'new gap')}: plays may be"
            " missing. The privacy export closes them."
        )
    return warnings


def say_sign_in_ends(ends_at: datetime, days_old: int) -> str:
    """Return the sentence on the end of a sign-in, past or to come."""
    day = f"{ends_at:%Y-%m-%d}"
    if days_old > 180:  # the longest six months have 184 days: close enough to say it plainly
        return f"A sign-in at Spotify ends on {day}, or has ended already: {RENEWAL}."
    return f"A sign-in at Spotify ends on {day}: {RENEWAL}."


def say_gaps(gap_count: int) -> list[str]:
    """Return the word on gaps that this run noticed, where it did."""
    if not gap_count:
        return []
    gaps = say_counted(gap_count, "new gap")
    return [f"{gaps}: plays may be missing. The privacy export closes them."]


def say_other_zone(setting: str | None, kept: str, *, is_new: bool = False) -> list[str]:
    """Return the word on a time zone that the settings say and the ledger does not.

    The ledger's is the listener's own and counts on every machine; a setting only gives a
    new listener (``is_new``) theirs, unless the database does not know it.
    """
    if setting is None or is_same_zone(setting, kept):
        return []
    if is_new:
        change = CHANGE_ZONE.format("ZONE")
        return [
            f"The database does not know the time zone {setting} of LISTENER_TIMEZONE: the"
            f" listener's is {kept} until {change} names one that it knows."
        ]
    change = CHANGE_ZONE.format(setting)
    return [f"LISTENER_TIMEZONE says {setting}, the ledger {kept}: {change} changes it."]
