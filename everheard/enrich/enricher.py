"""Enrich what the ledger lacks, within the day's budget: lot by lot, reserved, asked, stored.

The queue lives in the ledger, so that a run may end anywhere, for any reason, and the
next one, on any runner, goes on where it was. What one object meets is its own trouble:
it is owed, and asked for later (``troubles.py``).
"""

from __future__ import annotations

from collections import Counter
from functools import partial

from everheard.enrich.app import DAYS_OF_DOUBT
from everheard.enrich.calls import BudgetedCalls
from everheard.enrich.troubles import Verdict, find_reason
from everheard.ledger.catalogue import Ask, load_answers
from everheard.ledger.operations.quota import Budget
from everheard.run.job import Run
from everheard.sources.fields import Json
from everheard.sources.spotify.client import (
    ALBUM_TRACKS,
    ALBUMS,
    ARTISTS,
    SEVERAL_ARTISTS,
    SEVERAL_TRACKS,
    TRACKS,
    SpotifyClient,
    is_spotify_id,
)
from everheard.sources.spotify.errors import (
    OBJECT_TROUBLES,
    NotAvailable,
    SpotifyError,
    TryLater,
)
from everheard.sources.spotify.rows.catalogue import AnswerStage

#: Spotify's own measure for one call of an old app.
BATCH_SIZE = 50

_BUCKETS = {
    "track": TRACKS.bucket,
    "album": ALBUMS.bucket,
    "album-tracks": ALBUM_TRACKS.bucket,
    "artist": ARTISTS.bucket,
}
_BATCH_BUCKETS = {"track": SEVERAL_TRACKS.bucket, "artist": SEVERAL_ARTISTS.bucket}
#: A call to a bucket: what is asked for in one.
Lot = tuple[str, list[Ask]]


class Enricher:
    """Spotify's catalogue as one run may ask it.

    ``enriched`` counts what was answered, by kind, and ``owed_count`` what was not, and is
    asked for later.
    """

    def __init__(self, run: Run, client: SpotifyClient, budget: Budget) -> None:
        self.owed_count = 0
        self.enriched: Counter[str] = Counter()
        self.calls = BudgetedCalls(run, client, budget)
        self.app = self.calls.app
        self._client = client
        self._ledger = run.ledger
        self._asked: set[Ask] = set()
        self._halves: list[Lot] = []

    def list_kinds(self) -> list[str]:
        """Return the kinds of objects that can still be asked for in this run."""
        return [kind for kind in _BUCKETS if self._find_bucket(kind) not in self.app.closed]

    @property
    def is_batch(self) -> bool:
        """Return whether tracks go fifty to a call."""
        return self.app.may(SEVERAL_TRACKS.bucket)

    def ask(self, asks: list[Ask]) -> bool:
        """Reserve, ask and store one lot; what goes wrong with one object costs no other.

        Nothing is asked for twice in a run; return whether there was anything else.
        """
        stage = AnswerStage()
        fresh = [ask for ask in asks if ask not in self._asked]
        calls = self._plan(fresh, stage)
        while calls:
            self._halves = []
            self.calls.make(
                [(bucket, partial(self._ask_one, bucket, lot, stage)) for bucket, lot in calls]
            )
            calls = self._halves
        self._note_genres(stage)
        self.owed_count += stage.refused_count
        load_answers(self._ledger.connect(), stage.rows, stage.paged_albums)
        return bool(fresh)

    def _find_bucket(self, kind: str) -> str:
        batch = _BATCH_BUCKETS.get(kind)
        return batch if batch and self.app.may(batch) else _BUCKETS[kind]

    def _plan(self, asks: list[Ask], stage: AnswerStage) -> list[Lot]:
        """Return the calls, in order; what has no id that could be asked for is owed at once."""
        calls: list[Lot] = []
        unfilled: dict[str, list[Ask]] = {}
        for ask in asks:
            if not is_spotify_id(ask.spotify_id):
                stage.add_owed(ask.kind, ask.spotify_id, "refused")
                continue
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
        self._asked.add(ask)
        if reason := self.calls.attempt(
            bucket, ask.spotify_id, lambda: self._fetch_one(ask, stage)
        ):
            stage.add_owed(ask.kind, ask.spotify_id, reason, ask.next_offset)

    def _fetch_one(self, ask: Ask, stage: AnswerStage) -> None:
        if ask.kind == "album-tracks":
            page = next(self._client.fetch_album_tracks(ask.spotify_id, offset=ask.next_offset))
            stage.add_album_tracks(ask.spotify_id, page, ask.next_offset)
        elif ask.kind == "album":
            album = self._client.fetch_album(ask.spotify_id)
            self.enriched["album"] += stage.add_album(ask.spotify_id, album, ask.aliases)
        else:
            fetch = self._client.fetch_track if ask.kind == "track" else self._client.fetch_artist
            self._file_one(ask, fetch(ask.spotify_id), stage)

    def _ask_batch(self, bucket: str, lot: list[Ask], stage: AnswerStage) -> None:
        """Ask for fifty at once; an app that may not is remembered as such, whatever it is told."""
        ids = [ask.spotify_id for ask in lot]
        is_track = bucket == SEVERAL_TRACKS.bucket
        try:
            answers = (
                self._client.fetch_tracks(ids) if is_track else self._client.fetch_artists(ids)
            )
        except NotAvailable as refusal:
            self.app.degrade(bucket, refusal)
        except TryLater as limit:
            if self.app.knows(bucket):
                raise
            self.app.degrade(bucket, limit)
        except OBJECT_TROUBLES as trouble:
            self._part_batch(bucket, lot, trouble, stage)
        else:
            self.calls.streak.end()
            self._asked.update(lot)
            self.app.learn(bucket, is_available=True)
            for ask, answer in zip(lot, answers, strict=True):
                self._file_one(ask, answer, stage)

    def _part_batch(
        self, bucket: str, lot: list[Ask], trouble: SpotifyError, stage: AnswerStage
    ) -> None:
        """Look for the object that spoils a batch, half by half.

        Where batches were never answered, or several fail in a row, objects are asked for one
        by one for a day.
        """
        name = f"{lot[0].spotify_id} and {len(lot)}"
        verdict = self.calls.streak.add(bucket, name, trouble)
        if verdict is not Verdict.OBJECT or not self.app.knows(bucket):
            self.calls.streak.end()
            self.app.learn(bucket, is_available=False, days=DAYS_OF_DOUBT)
        elif len(lot) == 1:
            stage.add_owed(lot[0].kind, lot[0].spotify_id, find_reason(trouble))
        else:
            middle = len(lot) // 2
            self._halves += [(bucket, lot[:middle]), (bucket, lot[middle:])]

    def _file_one(self, ask: Ask, answer: Json | None, stage: AnswerStage) -> None:
        if answer is None:
            stage.add_owed(ask.kind, ask.spotify_id, "missing")
            return
        add = stage.add_track if ask.kind == "track" else stage.add_artist
        self.enriched[ask.kind] += add(ask.spotify_id, answer)

    def _note_genres(self, stage: AnswerStage) -> None:
        """Remember whether this app is told genres at all: one that is not never sees any."""
        if stage.has_genres:
            self.app.learn("genres", is_available=True)
        elif self.enriched["artist"] >= BATCH_SIZE and not self.app.knows("genres"):
            self.app.learn("genres", is_available=False)
