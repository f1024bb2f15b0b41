"""Whose trouble it is: one object's own, or Spotify's, as soon as several fail in a row."""

from __future__ import annotations

from enum import Enum

from everheard.sources.spotify.errors import (
    BadRequest,
    EmptyNotFound,
    NotAvailable,
    NotFound,
    SpotifyError,
)

#: Different objects in a row after which it is no longer each one's own trouble: unanswered,
#: and refused. A refusal is an answer: many in a row are likely where ids are old.
SEVERAL, MANY = 3, 10

_REASONS: dict[type[SpotifyError], str] = {
    EmptyNotFound: "empty",
    NotFound: "missing",
    BadRequest: "refused",
    NotAvailable: "refused",
}


class Verdict(Enum):
    """Whose trouble it is."""

    OBJECT = "the object's own"
    BUCKET = "of all calls of this kind"
    SPOTIFY = "of Spotify as a whole"


class Streak:
    """The objects that failed one after the other, with no answer in between."""

    def __init__(self) -> None:
        self._unanswered: dict[tuple[str, str], None] = {}
        self._refused: dict[tuple[str, str], None] = {}

    def end(self) -> None:
        """Note an answer: whatever failed before was the objects' own trouble."""
        self._unanswered.clear()
        self._refused.clear()

    def add(self, bucket: str, spotify_id: str, trouble: SpotifyError) -> Verdict:
        """Note a failure; return whose trouble it is by now."""
        if isinstance(trouble, NotFound):
            self.end()
            return Verdict.OBJECT
        is_refusal = type(trouble) in _REASONS
        row, limit = (self._refused, MANY) if is_refusal else (self._unanswered, SEVERAL)
        (self._unanswered if is_refusal else self._refused).clear()
        row[bucket, spotify_id] = None
        if not is_refusal and len(row) > limit:
            return Verdict.SPOTIFY
        return Verdict.BUCKET if sum(one == bucket for one, _ in row) >= limit else Verdict.OBJECT


def find_reason(trouble: SpotifyError) -> str:
    """Return the word that ``etl_owed_answer`` keeps: it decides for how long nobody asks again."""
    return _REASONS.get(type(trouble), "trouble")
