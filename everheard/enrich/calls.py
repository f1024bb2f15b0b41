"""Calls within the day's budget: reserved, made, settled; and whose trouble it is where one fails.

What one object meets is its own trouble, until several different ones fail in a row
(``troubles.py``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from everheard.enrich.app import AppAccess
from everheard.enrich.troubles import Streak, Verdict, find_reason
from everheard.failure import Failure
from everheard.ledger.operations.quota import Budget, Reserved, reserve_calls, settle_calls
from everheard.run.job import Run
from everheard.sources.spotify.client import SpotifyClient
from everheard.sources.spotify.errors import OBJECT_TROUBLES, QuotaSpent, SpotifyError, TryLater
from everheard.sources.spotify.quota import find_ceiling

#: A bucket, and what is done there: one request, tried again where it has to be.
Call = tuple[str, Callable[[], None]]


class BudgetedCalls:
    """The calls of one run; ``count`` is how many were made, ``app`` what may be asked for."""

    def __init__(self, run: Run, client: SpotifyClient, budget: Budget) -> None:
        self.count = 0
        self.app = AppAccess(run.ledger, budget.client_id)
        self.streak = Streak()
        self._run = run
        self._client = client
        self._clients = [client]
        self._budget = budget
        self._is_spent = False
        self._trouble: Failure | None = None

    @property
    def is_open(self) -> bool:
        """Return whether anything may still be asked in this run."""
        return not (self._is_spent or self._trouble)

    @property
    def said_end(self) -> str:
        """Say that the day's calls are used up, where they are: 0 calls alone would be a riddle."""
        return "spent" if self._is_spent else ""

    def may_ask(self, bucket: str) -> bool:
        """Return whether another call to a bucket makes sense in this run."""
        return not self._trouble and bucket not in self.app.closed and self.app.may(bucket)

    def count_too(self, client: SpotifyClient) -> SpotifyClient:
        """Count a listener's own calls with the others; return the client."""
        if client not in self._clients:
            self._clients.append(client)
        return client

    def make(self, calls: Sequence[Call]) -> None:
        """Reserve calls, make those that are granted, and settle what is left.

        A call that is tried again takes the place of others: they are reserved for once more.
        """
        while calls:
            calls = self._make_granted(calls)

    def attempt(self, bucket: str, spotify_id: str, call: Callable[[], object]) -> str:
        """Make the call for one object; return why it is owed, nothing where it was answered.

        Where several have failed in a row the trouble is Spotify's: its bucket, then the whole
        catalogue is closed for this run, which fails.
        """
        try:
            call()
        except OBJECT_TROUBLES as trouble:
            verdict = self.streak.add(bucket, spotify_id, trouble)
            if verdict is not Verdict.OBJECT:
                self._run.outcome.failures.append(trouble)
                self.app.closed.add(bucket)
            if verdict is Verdict.SPOTIFY:
                self._trouble = trouble
            return find_reason(trouble)
        self.streak.end()
        return ""

    def _make_granted(self, calls: Sequence[Call]) -> list[Call]:
        """Make what is granted; return the calls whose places retries of others took."""
        wanted = Counter(bucket for bucket, _ in calls)
        reserved, spent = self._reserve(wanted), Counter[str]()
        crowded_out: list[Call] = []
        try:
            for bucket, call in calls:
                if not self.may_ask(bucket):
                    continue
                if spent[bucket] < reserved[bucket].call_count:
                    spent[bucket] += self._count_requests(call)
                elif reserved[bucket].call_count == wanted[bucket]:
                    crowded_out.append((bucket, call))
        finally:
            self._settle(reserved, spent)
        if self._is_spent:
            return []
        self.app.closed |= {
            bucket for bucket, one in reserved.items() if one.call_count < wanted[bucket]
        }
        return crowded_out

    def _reserve(self, wanted: Counter[str]) -> dict[str, Reserved]:
        """Reserve calls by bucket, as many as the day has left."""
        asked = {bucket: (count, find_ceiling(bucket)) for bucket, count in wanted.items()}
        reserved = reserve_calls(self._run.ledger.connect(), self._budget, asked)
        granted = sum(one.call_count for one in reserved.values())
        self._is_spent = all(one.left_count <= granted for one in reserved.values())
        return reserved

    def _settle(self, reserved: dict[str, Reserved], spent: Counter[str]) -> None:
        """Put the reservations right; calls given back are there for the next lot."""
        settled = {
            one.quota_call_key: spent[bucket]
            for bucket, one in reserved.items()
            if one.call_count != spent[bucket] and one.quota_call_key
        }
        settle_calls(self._run.ledger.connect(), settled)

    def _count_requests(self, call: Callable[[], None]) -> int:
        """Make a call; return how many requests it took. Its end is kept for the end of the run.

        A spent quota closes its own bucket only; every other trouble closes the catalogue.
        """
        before = self._sum_requests()
        try:
            self._client.sign_in()
            call()
        except TryLater as trouble:
            self._run.remember_block(trouble.bucket, trouble.retry_at)
            self._run.outcome.failures.append(trouble)
            self.app.closed.add(trouble.bucket)
            if not isinstance(trouble, QuotaSpent):
                self._trouble = trouble
        except SpotifyError as trouble:
            self._run.outcome.failures.append(trouble)
            self._trouble = trouble
        made = self._sum_requests() - before
        self.count += made
        return made

    def _sum_requests(self) -> int:
        return sum(client.call_count for client in self._clients)
