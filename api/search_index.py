"""Find names in spite of typos: trigrams in memory, since Postgres has none without extensions.

A name is cut into its runs of three letters ("mitski" into "  m", " mi", "mit", ...).
The score of a name is the share of runs it has in common with what was typed (Dice),
plus something where it starts with it, so that half a word finds the whole.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from threading import Lock
from typing import Any, NamedTuple

import numpy as np

from everheard.names import fold_name

_LEAST_SCORE = 0.3
#: How many names are compared letter by letter, at least.
_CLOSER_LOOK = 200
#: Letters that no accent was taken from, as people type them who lack the key.
_PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "ı": "i"})


class Name(NamedTuple):
    """One thing that can be found."""

    kind: str
    key: int
    id: str | None
    name: str
    artist: str
    folded: str


class Match(NamedTuple):
    """A name found, and how well it fits: 1 is what was typed."""

    name: Name
    score: float


def fold_query(text: str) -> str:
    """Return what spellings meet under here: as fold_name, without punctuation and strokes."""
    plain = fold_name(text).translate(_PLAIN)
    kept = "".join(letter if letter.isalnum() else " " for letter in plain)
    return " ".join(kept.split()) or plain


def cut(folded: str) -> set[str]:
    """Return the trigrams of every word."""
    return {
        padded[place : place + 3]
        for word in folded.split()
        for padded in [f"  {word} "]
        for place in range(len(padded) - 2)
    }


class SearchIndex:
    """Names by their trigrams; names are added, and never taken out."""

    def __init__(self) -> None:
        self._names: list[Name] = []
        self._sizes = array("H")
        self._postings: dict[str, array[int]] = {}
        self._lock = Lock()
        self.newest: dict[str, int] = {"artist": 0, "album": 0, "track": 0}

    def add(self, rows: Iterable[dict[str, Any]]) -> None:
        """Add rows with kind, key, id, name, artist; those known already are passed over."""
        with self._lock:
            newest = dict(self.newest)
            for row in rows:
                if row["key"] <= self.newest[row["kind"]]:
                    continue
                newest[row["kind"]] = max(newest[row["kind"]], row["key"])
                self._add(Name(**row, folded=fold_query(row["name"])))
            self.newest = newest

    def pass_over(self, newest: dict[str, int]) -> None:
        """Note keys that are known to hold nothing new, such as things without a name."""
        with self._lock:
            self.newest = {kind: max(key, newest[kind]) for kind, key in self.newest.items()}

    def _add(self, name: Name) -> None:
        trigrams = cut(name.folded)
        number = len(self._names)
        self._names.append(name)
        self._sizes.append(min(len(trigrams), 65_535))
        for trigram in trigrams:
            self._postings.setdefault(trigram, array("I")).append(number)

    def find(self, text: str, kind: str | None, limit: int) -> list[Match]:
        """Return the best matches, best first; the order is the same every time."""
        wanted = fold_query(text)
        trigrams = cut(wanted)
        with self._lock:
            rarest = sorted(
                (self._postings[one] for one in trigrams if one in self._postings), key=len
            )
            if not rarest:
                return []
            places = np.concatenate([np.frombuffer(one, dtype=np.uint32) for one in rarest])
            shared = np.bincount(places, minlength=len(self._names))
            sizes = np.frombuffer(self._sizes, dtype=np.uint16).astype(np.int64)
            scores = 2 * shared / (sizes + len(trigrams))
        return self._pick(wanted, kind, limit, scores)

    def _pick(self, wanted: str, kind: str | None, limit: int, scores: Any) -> list[Match]:
        """Look closer at the few that share the most trigrams."""
        # Half a word shares few of the runs of the whole; so the first pass is generous.
        close = np.flatnonzero(scores >= _LEAST_SCORE / 2)
        best = close[np.argsort(-scores[close], kind="stable")][: max(limit * 4, _CLOSER_LOOK)]
        found = []
        for place in best:
            name = self._names[place]
            if kind is not None and name.kind != kind:
                continue
            score = _judge(wanted, name, float(scores[place]))
            if score >= _LEAST_SCORE:
                found.append(Match(name, score))
        order = {"artist": 0, "album": 1, "track": 2}
        found.sort(key=lambda one: (-one.score, order[one.name.kind], one.name.key))
        return found[:limit]


def _judge(wanted: str, name: Name, shared: float) -> float:
    if name.folded == wanted:
        return 1.0
    starts = 0.35 if f" {name.folded}".find(f" {wanted}") >= 0 else 0.0
    return round(min(0.99, shared + starts), 4)
