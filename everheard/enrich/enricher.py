"""Enrich what the ledger lacks, within the day's budget: lot by lot, reserved, asked, stored.

The queue lives in the ledger, so that a run may end anywhere, for any reason, and the
next one, on any runner, goes on where it was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial

from everheard.failure import Failure
from everheard.ledger.catalogue import Ask, load_answers
from everheard.ledger.operations.quota import (
    Budget,
    Reserved,
    insert_capability,
    read_capabilities,
    reserve_calls,
    settle_calls,
)
from everheard.run.job import Run
from everheard.sources.fields import Json
from everheard.sources.http import Patience, Sender
from everheard.sources.spotify.auth import AppToken
from everheard.sources.spotify.client import (
    ALBUM_TRACKS,
    ALBUMS,
    ARTISTS,
    SEVERAL_ARTISTS,
    SEVERAL_TRACKS,
    TRACKS,
    SpotifyClient,
)
from everheard.sources.spotify.errors import (
    BadRequest,
    EmptyNotFound,
    NotAvailable,
    NotFound,
    QuotaSpent,
    SpotifyError,
    TryLater,
)
from everheard.sources.spotify.quota import find_ceiling
from everheard.sources.spotify.rows.catalogue import AnswerStage

#: Every retry counts against the quota too.
PATIENCE = Patience(attempts=3)
#: Spotify's own measure for one call of an old app.
BATCH_SIZE = 50
#: A 429 from an endpoint that may not exist is believed for this long.
DAYS_OF_DOUBT = 1

_BUCKETS = {
    "track": TRACKS.bucket,
    "album": ALBUMS.bucket,
    "album-tracks": ALBUM_TRACKS.bucket,
    "artist": ARTISTS.bucket,
}
_BATCH_BUCKETS = {"track": SEVERAL_TRACKS.bucket, "artist": SEVERAL_ARTISTS.bucket}
_REASONS: dict[type[SpotifyError], str] = {
    EmptyNotFound: "empty",
    NotFound: "missing",
    BadRequest: "refused",
}


def open_app_client(run: Run, sender: Sender) -> SpotifyClient:
    """Return a client with the app's own token: it reads the catalogue without a listener.

    Answers under the id that was asked for, where a listener's token may get another's.
    """
    settings = run.settings
    token = AppToken(sender, settings.accounts_url, settings.client_id, settings.client_secret)
    return SpotifyClient(sender, token, settings.api_url)


class Enricher:
    """Spotify's catalogue as one run may ask it: what is reserved, closed, and known.

    ``call_count`` counts calls made, ``enriched`` what was answered, by kind.
    """

    def __init__(self, run: Run, client: SpotifyClient, budget: Budget) -> None:
        self.call_count = 0
        self.enriched: Counter[str] = Counter()
        self.is_spent = False
        self.client = client
        self._clients = [client]
        self._run = run
        self._budget = budget
        self._trouble: Failure | None = None
        known = read_capabilities(run.ledger.connect(), budget.client_id)
        self._available = known.available
        self._closed = set(known.blocked_until)

    @property
    def is_open(self) -> bool:
        """Return whether anything may still be asked in this run."""
        return not (self.is_spent or self._trouble)

    def may(self, capability: str) -> bool:
        """Return whether the app may do something, as far as is known (untried: yes)."""
        return self._available.get(capability, True)

    def knows(self, capability: str) -> bool:
        """Return whether it has been found out what the app may do."""
        return capability in self._available

    def list_kinds(self) -> list[str]:
        """Return the kinds of objects that can still be asked for in this run."""
        return [kind for kind in _BUCKETS if self._find_bucket(kind) not in self._closed]

    @property
    def is_batch(self) -> bool:
        """Return whether tracks go fifty to a call."""
        return self.may(SEVERAL_TRACKS.bucket)

    def ask(self, asks: list[Ask]) -> None:
        """Reserve, ask and store one lot; what goes wrong with one object costs no other."""
        stage = AnswerStage()
        calls = self._plan(asks)
        self.make_calls(
            [(bucket, partial(self._ask_one, bucket, lot, stage)) for bucket, lot in calls]
        )
        self._note_genres(stage)
        load_answers(self._run.ledger.connect(), stage.rows, stage.paged_albums)

    def make_calls(self, calls: Sequence[tuple[str, Callable[[], None]]]) -> None:
        """Reserve calls, each to a bucket, make those that are granted, and settle what is left."""
        wanted = Counter(bucket for bucket, _ in calls)
        reserved, spent = self._reserve(wanted), Counter[str]()
        try:
            for bucket, call in calls:
                if spent[bucket] < reserved[bucket].call_count and self.may_ask(bucket):
                    spent[bucket] += self._count_calls(call)
        finally:
            self._settle(reserved, spent)
        if not self.is_spent:
            self._closed |= {
                bucket for bucket, one in reserved.items() if one.call_count < wanted[bucket]
            }

    def may_ask(self, bucket: str) -> bool:
        """Return whether another call to a bucket makes sense in this run."""
        return not self._trouble and bucket not in self._closed and self.may(bucket)

    def _reserve(self, wanted: Counter[str]) -> dict[str, Reserved]:
        """Reserve calls by bucket, as many as the day has left."""
        asked = {bucket: (count, find_ceiling(bucket)) for bucket, count in wanted.items()}
        reserved = reserve_calls(self._run.ledger.connect(), self._budget, asked)
        granted = sum(one.call_count for one in reserved.values())
        self.is_spent = all(one.left_count <= granted for one in reserved.values())
        return reserved

    def _settle(self, reserved: dict[str, Reserved], spent: Counter[str]) -> None:
        """Put the reservations right; calls given back are there for the next lot."""
        settled = {
            one.quota_call_key: spent[bucket]
            for bucket, one in reserved.items()
            if one.call_count != spent[bucket] and one.quota_call_key
        }
        settle_calls(self._run.ledger.connect(), settled)

    def _count_calls(self, call: Callable[[], None]) -> int:
        """Make calls; return how many there were. What they end in is kept for the end of the run.

        A spent quota closes its own bucket only; every other trouble closes the catalogue.
        """
        before = self._sum_calls()
        try:
            call()
        except TryLater as trouble:
            self._run.remember_block(trouble.bucket, trouble.retry_at)
            self._run.outcome.failures.append(trouble)
            self._closed.add(trouble.bucket)
            if not isinstance(trouble, QuotaSpent):
                self._trouble = trouble
        except SpotifyError as trouble:
            self._run.outcome.failures.append(trouble)
            self._trouble = trouble
        made = self._sum_calls() - before
        self.call_count += made
        return made

    def count_too(self, client: SpotifyClient) -> SpotifyClient:
        """Count a listener's own calls with the others; return the client."""
        if client not in self._clients:
            self._clients.append(client)
        return client

    def _sum_calls(self) -> int:
        return sum(client.call_count for client in self._clients)

    def learn(self, capability: str, *, is_available: bool, days: int = 30) -> None:
        """Remember what the app may do, for this run and the next ones."""
        if self._available.get(capability) is not is_available:
            self._available[capability] = is_available
            insert_capability(
                self._run.ledger.connect(),
                self._budget.client_id,
                capability,
                is_available=is_available,
                days=days,
            )

    def _find_bucket(self, kind: str) -> str:
        batch = _BATCH_BUCKETS.get(kind)
        return batch if batch and self.may(batch) else _BUCKETS[kind]

    def _plan(self, asks: list[Ask]) -> list[tuple[str, list[Ask]]]:
        """Return the calls, in order: (bucket, what is asked for in one)."""
        calls: list[tuple[str, list[Ask]]] = []
        unfilled: dict[str, list[Ask]] = {}
        for ask in asks:
            bucket = self._find_bucket(ask.kind)
            lot = unfilled.get(bucket)
            if lot is None or bucket not in _BATCH_BUCKETS.values() or len(lot) == BATCH_SIZE:
                lot = unfilled[bucket] = []
                calls.append((bucket, lot))
            lot.append(ask)
        return calls

    def _ask_one(self, bucket: str, lot: list[Ask], stage: AnswerStage) -> None:
        if bucket in _BATCH_BUCKETS.values():
            self._ask_batch(bucket, lot, stage)
            return
        (ask,) = lot
        try:
            is_told = self._fetch_one(ask, stage)
        except (EmptyNotFound, NotFound, BadRequest) as refusal:
            stage.add_owed(ask.kind, ask.spotify_id, _REASONS[type(refusal)], ask.next_offset)
        else:
            self.enriched[ask.kind] += is_told

    def _fetch_one(self, ask: Ask, stage: AnswerStage) -> bool:
        if ask.kind == "track":
            return stage.add_track(ask.spotify_id, self.client.fetch_track(ask.spotify_id))
        if ask.kind == "artist":
            return stage.add_artist(ask.spotify_id, self.client.fetch_artist(ask.spotify_id))
        if ask.kind == "album":
            album = self.client.fetch_album(ask.spotify_id)
            return stage.add_album(ask.spotify_id, album, ask.aliases)
        page = next(self.client.fetch_album_tracks(ask.spotify_id, offset=ask.next_offset))
        stage.add_album_tracks(ask.spotify_id, page, ask.next_offset)
        return True

    def _ask_batch(self, bucket: str, lot: list[Ask], stage: AnswerStage) -> None:
        """Ask for fifty at once; an app that may not is remembered as such."""
        ids = [ask.spotify_id for ask in lot]
        is_track = bucket == SEVERAL_TRACKS.bucket
        try:
            answers = self.client.fetch_tracks(ids) if is_track else self.client.fetch_artists(ids)
        except NotAvailable:
            self.learn(bucket, is_available=False)
        except TryLater:
            if bucket in self._available:
                raise
            # From an app that may not, Spotify's answer may be a 429 from the first call.
            self.learn(bucket, is_available=False, days=DAYS_OF_DOUBT)
        else:
            self.learn(bucket, is_available=True)
            for ask, answer in zip(lot, answers, strict=True):
                self._file_one(ask, answer, stage)

    def _file_one(self, ask: Ask, answer: Json | None, stage: AnswerStage) -> None:
        if answer is None:
            stage.add_owed(ask.kind, ask.spotify_id, "missing")
            return
        add = stage.add_track if ask.kind == "track" else stage.add_artist
        self.enriched[ask.kind] += add(ask.spotify_id, answer)

    def _note_genres(self, stage: AnswerStage) -> None:
        """Remember whether this app is told genres at all: one that is not never sees any."""
        if stage.has_genres:
            self.learn("genres", is_available=True)
        elif self.enriched["artist"] >= BATCH_SIZE and "genres" not in self._available:
            self.learn("genres", is_available=False)
