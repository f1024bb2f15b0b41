"""Moments at which nothing can have been played: told by a poll, kept out of the plays. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from everheard.rows import FIRST_MOMENT, Moment, Page

#: Clocks differ; what is told to be later than this after now was not played yet.
LONGEST_AHEAD = timedelta(days=1)


class SkippedPoll(NamedTuple):
    """One polled moment that is no play, and why, in the words of an import."""

    moment: Moment
    reason: str


def set_aside(pages: Iterable[Page], now: datetime) -> tuple[list[Page], list[SkippedPoll]]:
    """Return the pages without what cannot have been played, and that, each moment once.

    A page stays as full as it was: what Spotify shows in vain leaves no room for others.
    """
    possible: list[Page] = []
    skipped: dict[Moment, SkippedPoll] = {}
    for page in pages:
        kept = []
        for moment in page.moments:
            if reason := find_reason(moment.played_at, now):
                skipped[moment] = SkippedPoll(moment, reason)
            else:
                kept.append(moment)
        possible.append(page._replace(moments=tuple(kept)))
    return possible, list(skipped.values())


def find_reason(moment: datetime, now: datetime) -> str:
    """Return why nothing can have been played at a moment; empty where it can."""
    if moment < FIRST_MOMENT:
        return "date before Spotify existed"
    return "date in the future" if moment > now + LONGEST_AHEAD else ""
