"""Search over the ledger's names, with the listener's own plays."""

from __future__ import annotations

import time
from threading import Lock, Thread
from typing import Any

from api.ledger import LedgerReader
from api.search_index import SearchIndex

#: Seconds after which the index is built anew.
REBUILD_S = 900
#: Found beyond what is shown, for what others alone have heard, and for the order among equals.
_SPARE = 10


class Search:
    """The index of all names, brought up to date before every look."""

    def __init__(self, ledger: LedgerReader) -> None:
        self._ledger = ledger
        self._lock = Lock()
        self._index = SearchIndex()
        self._built_at = time.monotonic()

    def warm(self) -> None:
        """Build the index in the background, so that the first to search need not wait for it."""
        Thread(target=self._refresh, daemon=True).start()

    def find(
        self, text: str, kind: str | None, limit: int, listener_key: int
    ) -> list[dict[str, Any]]:
        """Return what fits, best first; what is played more comes first among equals."""
        self._refresh()
        matches = self._index.find(text, kind, limit + _SPARE)
        plays = {
            (row.pop("kind"), row.pop("key")): row
            for row in self._ledger.read(
                "found_names",
                listener_key=listener_key,
                kind=[match.name.kind for match in matches],
                key=[match.name.key for match in matches],
            )
        }
        found: list[dict[str, Any]] = [
            {
                "kind": match.name.kind,
                "name": match.name.name,
                "artist": match.name.artist or None,
                "id": match.name.id,
                "key": match.name.key,
                "score": match.score,
                **plays[match.name.kind, match.name.key],
            }
            for match in matches
            if (match.name.kind, match.name.key) in plays
        ]
        found.sort(key=lambda row: (-row["score"], -(row["play_count"] or 0)))
        return found[:limit]

    def _refresh(self) -> None:
        """Add what is new; from time to time build anew, for what was named later."""
        if time.monotonic() - self._built_at > REBUILD_S:
            self._built_at = time.monotonic()
            Thread(target=self._rebuild, daemon=True).start()
        newest = self._ledger.read("newest_names")[0]
        known = self._index.newest
        if all((newest[f"{kind}_key"] or 0) <= known[kind] for kind in known):
            return
        with self._lock:
            keys = {f"{kind}_key": key for kind, key in self._index.newest.items()}
            self._index.add(self._ledger.read("names", **keys))
            self._index.pass_over({kind: newest[f"{kind}_key"] or 0 for kind in known})

    def _rebuild(self) -> None:
        fresh = SearchIndex()
        fresh.add(self._ledger.read("names", artist_key=0, album_key=0, track_key=0))
        with self._lock:
            self._index = fresh
