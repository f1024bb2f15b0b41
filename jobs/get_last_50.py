"""Bring the last 50 plays of every listener into the ledger.

When:   hourly on Actions, every 15 to 20 minutes elsewhere; safe at any time, anywhere, together.
Reads:  Spotify's recently-played (one call a listener, without a cursor), the spool.
Writes: source_poll_play and, derived from it, fact_play (grain: listener, moment, track);
        tracks, albums, artists, credits and contexts; gaps and the watermark.
Again:  a second run adds nothing; a run after a failure first brings in what was spooled.
"""

from __future__ import annotations

import argparse
import sys
from datetime import datetime
from functools import partial

from everheard.failure import Failure
from everheard.rows import Moment
from everheard.run import Run, parse_duration, run_job
from everheard.sign_in import NO_BOOKS, Session, list_owners, open_books
from everheard.spool import Spool, Spooled
from everheard.spotify.auth import TOKEN
from everheard.spotify.client import RECENTLY_PLAYED
from everheard.spotify.errors import RateLimited, SignInNeeded, TryLater
from everheard.spotify.sender import Sender
from everheard.transform import Item, Json, read_items, to_page, to_poll_rows, trim_answer
from everheard.warehouse.load import load_polls

JOB = "get_last_50"


def main(argv: list[str] | None = None) -> int:
    """Run the job; return its exit code."""
    return run_job(JOB, __doc__, poll_listeners, argv, _add_options, is_heartbeat=True)


def _add_options(parser: argparse.ArgumentParser) -> None:
    add = partial(parser.add_argument, type=parse_duration)
    add("--if-stale", metavar="25m", help="do nothing if any runner has succeeded within this time")
    add("--load-every", metavar="55m", help="between loads only fetch, and let the database sleep")


def poll_listeners(run: Run) -> None:
    """Poll one listener after the other; the trouble of one never costs another."""
    spool = Spool(run.settings.spool_dir, run.settings.client_secret)
    run.loads_later = spool.was_emptied_within(run.options.load_every)
    books = NO_BOOKS if run.loads_later else open_books(run)
    owners = list_owners(run.settings)
    if not spool.holds(JOB, owners) and run.is_needless(books):
        return
    run.warnings += spool.find_strays(owners)
    blocked_until = books.find_block(TOKEN.bucket, RECENTLY_PLAYED.bucket)
    with Sender() as sender:
        for sign_in in run.settings.sign_ins:
            try:
                Poll(run, Session(run, sender, books, sign_in), blocked_until).run()
            except Failure as failure:
                run.failures.append(failure)
    if run.loads_later and any(isinstance(failure, SignInNeeded) for failure in run.failures):
        run.failures.clear()  # the ledger may know a newer sign-in: ask it after all
        spool.forget_emptied()
        poll_listeners(run)
    elif run.options.load_every and not (run.loads_later or run.failures or run.options.dry_run):
        spool.note_emptied()


class Poll:
    """One listener's part of a run."""

    def __init__(self, run: Run, session: Session, blocked_until: datetime | None) -> None:
        self._run = run
        self._session = session
        self._blocked_until = blocked_until

    def run(self) -> None:
        """Extract, transform, load; what was spooled goes in first, whatever Spotify says now."""
        spooled, faults = self._session.spool.read(JOB, *self._session.owners)
        self._run.warnings += faults
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
        self._run.fetched_count += len(answer["items"])
        return answer

    def load_or_spool(self, answers: list[Json], spooled: list[Spooled]) -> None:
        """Load all pages; where the ledger does not take them, keep what is not kept yet."""
        if self._run.loads_later:
            return self.keep(answers[-1], spooled)
        try:
            self.load(answers, is_fresh=len(answers) > len(spooled))
        except Failure as failure:
            self._run.failures.append(failure)  # first, for the spool may fail as well
            return self.keep(answers[-1], spooled)
        if not self._run.options.dry_run:
            self._session.spool.remove(spooled)
        return None

    def keep(self, answer: Json, spooled: list[Spooled]) -> None:
        """Put a page into the spool, unless it is there."""
        trimmed = trim_answer(answer)
        if not self._run.options.dry_run and trimmed not in [one.content for one in spooled]:
            self._session.spool.add(JOB, self._session.owner, trimmed)
            self._run.spooled_count += len(trimmed["items"])

    def load(self, answers: list[Json], *, is_fresh: bool) -> None:
        """Load pages in the order they were fetched, each moment once; the last may be fresh."""
        items: dict[Moment, Item] = {}
        for answer in answers:
            readable, faults = read_items(answer)
            items |= {item.moment: item for item in readable}
            self._run.warnings += [f"One play was left out: {fault}." for fault in faults]
        connection = self._run.connect()
        if self._run.options.dry_run and not self._session.is_known:
            newest = max((moment.played_at for moment in items), default=None)
            return self._run.add(new_count=len(items), watermark_at=newest)
        listener_key = self._session.find_listener()
        result = load_polls(
            connection,
            job=JOB,
            listener_key=listener_key,
            pages=[to_page(answer) for answer in answers],
            to_rows=lambda known: to_poll_rows(
                item for moment, item in items.items() if moment not in known
            ),
            dry_run=self._run.options.dry_run,
        )
        polled_key = listener_key if is_fresh else None
        return self._run.add(**result._asdict(), polled_key=polled_key)


if __name__ == "__main__":
    sys.exit(main())
