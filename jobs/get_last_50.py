"""Bring the last 50 plays of every listener into the ledger.

When:   hourly on Actions, every 15 to 20 minutes elsewhere; safe at any time, anywhere, together.
Reads:  Spotify's recently-played (one call a listener, without a cursor), the spool.
Writes: source_poll_play and, derived from it, fact_play (grain: listener, moment, track);
        tracks, albums, artists, credits and contexts; gaps and the watermark.
Again:  a second run adds nothing; a run after a failure first brings in what was spooled.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import datetime
from functools import partial

from everheard.failure import Failure
from everheard.ledger.operations.runs import NO_OPERATIONS, Operations
from everheard.ledger.polls import LoadResult, load_polls
from everheard.run.job import Job, Run, run_job
from everheard.run.outcome import Figures, format_moment
from everheard.run.session import Session, list_owners, open_operations
from everheard.run.spool import Spool, Spooled
from everheard.run.warnings import say_gaps
from everheard.sources.http import Sender
from everheard.sources.spotify.answer import SPOTIFY
from everheard.sources.spotify.auth import TOKEN
from everheard.sources.spotify.client import RECENTLY_PLAYED
from everheard.sources.spotify.errors import RateLimited, SignInNeeded, TryLater
from everheard.sources.spotify.rows import (
    Json,
    merge_answers,
    to_page,
    to_poll_rows,
    trim_answer,
)
from everheard.watcher.loading import load_watched


def main(argv: list[str] | None = None) -> int:
    """Run the job; return its exit code."""
    return run_job(JOB, argv)


def work(run: Run) -> Figures:
    """Poll every listener, and load; between two loads (``--load-every``) only poll."""
    spool = Spool(run.settings.spool_dir, run.settings.client_secret)
    owners = list_owners(run.settings)
    if spool.was_emptied_within(run.options.load_every):
        run.ledger.is_asleep = True
        polls = poll_listeners(run, NO_OPERATIONS)
        if not any(isinstance(failure, SignInNeeded) for failure in run.outcome.failures):
            return add_up(polls)
        run.outcome.failures.clear()  # the ledger may know a newer sign-in: ask it after all
        run.ledger.is_asleep = False
        spool.forget_emptied()
    operations = open_operations(run)
    if not spool.holds(JOB.name, owners) and run.is_needless(operations):
        return Figures()
    run.outcome.warnings += spool.find_strays(owners)
    polls = poll_listeners(run, operations)
    if run.options.load_every and not (run.outcome.failures or run.options.dry_run):
        spool.note_emptied()
    return add_up(polls)


def poll_listeners(run: Run, operations: Operations) -> list[Poll]:
    """Poll one listener after the other; the trouble of one never costs another."""
    polls = []
    blocked_until = operations.find_block(TOKEN.bucket, RECENTLY_PLAYED.bucket)
    with Sender(SPOTIFY) as sender:
        for sign_in in run.settings.sign_ins:
            polls.append(Poll(run, Session(run, sender, operations, sign_in), blocked_until))
            with run.outcome.attempt():
                polls[-1].bring_in()
    return polls


def add_up(polls: list[Poll]) -> Figures:
    """Return what was done for all listeners."""
    loads = [poll.loaded for poll in polls]
    figures = Figures(
        fetched_count=sum(poll.fetched_count for poll in polls),
        new_count=sum(load.new_count for load in loads),
        known_count=sum(load.known_count for load in loads),
        gap_count=sum(load.gap_count for load in loads),
        polled_keys=tuple(key for poll in polls for key in poll.polled_keys),
    )
    newest = max((load.watermark_at for load in loads if load.watermark_at), default=None)
    told = {
        "fetched": str(figures.fetched_count),
        "new": str(figures.new_count),
        "known": str(figures.known_count),
        "gaps": str(figures.gap_count),
        "spooled": str(sum(poll.spooled_count for poll in polls) or ""),
        "watermark": format_moment(newest) if newest else "",
    }
    return replace(figures, told=told)


class Poll:
    """One listener's part of a run, and what came of it."""

    def __init__(self, run: Run, session: Session, blocked_until: datetime | None) -> None:
        self.fetched_count = self.spooled_count = 0
        self.loaded = LoadResult(0, 0, 0, None)
        self.polled_keys: list[int] = []
        self._run = run
        self._session = session
        self._blocked_until = blocked_until

    def bring_in(self) -> None:
        """Extract, transform, load; what was spooled goes in first, whatever Spotify says now."""
        spooled, faults = self._session.spool.read(JOB.name, *self._session.owners)
        self._run.outcome.warnings += faults
        answers = [one.content for one in spooled]
        trouble: Failure | None = None
        try:
            answers.append(self.fetch())
        except Failure as failure:
            trouble = failure
        if answers:
            self.load_or_spool(answers, spooled)
        if trouble:
            raise trouble

    def fetch(self) -> Json:
        """Ask Spotify for the page, unless it has said until when it wants to be left alone."""
        if self._blocked_until:
            words = "Spotify wants no calls for recently played just now."
            raise RateLimited(words, self._blocked_until, RECENTLY_PLAYED.bucket)
        try:
            answer = self._session.client.fetch_recently_played()
        except TryLater as failure:
            self._run.remember_block(failure.bucket, failure.retry_at)
            raise
        self.fetched_count += len(answer["items"])
        return answer

    def load_or_spool(self, answers: list[Json], spooled: list[Spooled]) -> None:
        """Load all pages; where the ledger does not take them, keep what is not kept yet."""
        if self._run.ledger.is_asleep:
            return self.keep(answers[-1], spooled)
        try:
            self.load(answers, is_fresh=len(answers) > len(spooled))
        except Failure as failure:
            self._run.outcome.failures.append(failure)  # first, for the spool may fail as well
            return self.keep(answers[-1], spooled)
        except BaseException:  # a bug, or Ctrl-C: its end is another's matter, the page is kept
            self.keep(answers[-1], spooled)
            raise
        if not self._run.options.dry_run:
            self._session.spool.remove(spooled)
        return None

    def keep(self, answer: Json, spooled: list[Spooled]) -> None:
        """Put a page into the spool, unless it is there."""
        trimmed = trim_answer(answer)
        if not self._run.options.dry_run and trimmed not in [one.content for one in spooled]:
            self._session.spool.add(JOB.name, self._session.owner, trimmed)
            self.spooled_count += len(trimmed["items"])

    def load(self, answers: list[Json], *, is_fresh: bool) -> None:
        """Load pages in the order they were fetched, each moment once; the last may be fresh."""
        items, faults = merge_answers(answers)
        self._run.outcome.warnings += [f"One play was left out: {fault}." for fault in faults]
        connection = self._run.ledger.connect()
        if self._run.options.dry_run and not self._session.is_known:
            newest = max((moment.played_at for moment in items), default=None)
            self.loaded = LoadResult(len(items), 0, 0, newest)
            return
        listener_key = self._session.find_listener()
        load = partial(
            load_polls,
            connection,
            job=JOB.name,
            listener_key=listener_key,
            pages=[to_page(answer) for answer in answers],
            to_rows=lambda known: to_poll_rows(
                item for moment, item in items.items() if moment not in known
            ),
            answered_at=self._session.client.answered_at if is_fresh else None,
            faults=self._run.outcome.warnings,
            dry_run=self._run.options.dry_run,
        )
        self.loaded = self._run.with_known_zones(load)
        self.polled_keys += [listener_key] if is_fresh else []
        self._run.outcome.warnings += say_gaps(self.loaded.gap_count)
        if not self._run.options.dry_run:
            home, owners = self._run.settings.home, self._session.owners
            load_watched(home, connection, owners=owners, listener_key=listener_key)


JOB = Job("get_last_50", __doc__, work, stale_after="25m", load_every="55m", is_heartbeat=True)


if __name__ == "__main__":
    sys.exit(main())
