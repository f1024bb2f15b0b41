"""Search over the ledger's names, with the listener's own plays."""

from __future__ import annotations

import time
from collections import defaultdict
from threading import Lock, Thread
from typing import Any

from api.ledger import LedgerReader
from api.search_index import SearchIndex

#: Seconds after which the index is built anew.
REBUILD_S = 900
#: Found beyond what is shown, for the order among equals.
_SPARE = 10
#: Who is alone in the ledger searches all of it.
_ALL = 0


class Search:
    """An index of names, brought up to date before every look.

    Of all names where somebody is alone in the ledger; else one for each listener, of what that
    one has heard or rated: what is found is never first found and then withheld.
    """

    def __init__(self, ledger: LedgerReader) -> None:
        self._ledger = ledger
        self._locks: defaultdict[int, Lock] = defaultdict(Lock)
        self._indexes: dict[int, SearchIndex] = {}
        #: By listener: what their index was built from, and when.
        self._versions: dict[int, tuple[Any, float]] = {}

    def warm(self) -> None:
        """Build the index in the background, so that the first to search need not wait for it."""
        Thread(target=self._refresh, args=(_ALL,), daemon=True).start()

    def find(
        self, text: str, kind: str | None, limit: int, listener_key: int
    ) -> list[dict[str, Any]]:
        """Return what fits, best first; what is played more comes first among equals."""
        matches = self._refresh(listener_key).find(text, kind, limit + _SPARE)
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

    def _refresh(self, listener_key: int) -> SearchIndex:
        """Return the index for a listener, with what is new; now and then built anew.

        Names are given late, and things turn out to be one another.
        """
        newest = self._ledger.read("newest_names", listener_key=listener_key)[0]
        if not newest.pop("is_alone"):
            return self._refresh_own(listener_key, newest)
        index = self._indexes.setdefault(_ALL, SearchIndex())
        _, built_at = self._versions.setdefault(_ALL, (None, time.monotonic()))
        if time.monotonic() - built_at > REBUILD_S:
            self._versions[_ALL] = None, time.monotonic()
            Thread(target=self._build, args=(_ALL, None), daemon=True).start()
        known = index.newest
        if any((newest[f"{kind}_key"] or 0) > known[kind] for kind in known):
            with self._locks[_ALL]:
                keys = {f"{kind}_key": key for kind, key in index.newest.items()}
                index.add(self._ledger.read("names", listener_key=listener_key, **keys))
                index.pass_over({kind: newest[f"{kind}_key"] or 0 for kind in known})
        return index

    def _refresh_own(self, listener_key: int, newest: dict[str, Any]) -> SearchIndex:
        with self._locks[listener_key]:
            version, built_at = self._versions.get(listener_key, (None, 0.0))
            if version != newest or time.monotonic() - built_at > REBUILD_S:
                self._build(listener_key, newest)
            return self._indexes[listener_key]

    def _build(self, listener_key: int, version: Any) -> None:
        """Build an index anew; old keys can be new to one listener of several."""
        keys = {"artist_key": 0, "album_key": 0, "track_key": 0}
        fresh = SearchIndex()
        fresh.add(self._ledger.read("names", listener_key=listener_key, **keys))
        self._indexes[listener_key] = fresh
        self._versions[listener_key] = version, time.monotonic()
