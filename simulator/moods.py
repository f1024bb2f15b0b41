"""The moods of Spotify: faults that are switched on, per endpoint, for a while or by chance."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

from simulator.endpoints import check_names
from simulator.randomness import seeded

#: Moods that answer instead of Spotify, with what each does.
REFUSING = {
    "rate_limited": "429 with Retry-After (retry_after: seconds, null for none)",
    "quota_exceeded": "429 QUOTA_EXCEEDED with an hours-long Retry-After",
    "server_error": "a 5xx (status, 503 where not given)",
    "not_found": "404 with an empty body, though the thing exists",
    "unauthorised": "401 for a token that is good",
    "premium_lapsed": "403, plain text, the owner's Premium has ended",
    "not_json": "200 with an HTML page",
    "null_answer": "200 with null",
    "odd_answer": "200 with body, whatever that is (nothing where not given)",
    "hung": "no answer until the client gives up",
    "disconnected": "the connection closes without an answer",
}
#: Moods that let Spotify answer, and change what arrives.
ALTERING = {
    "slow": "the answer comes delay_seconds (real) late",
    "dropped": "the connection closes in the middle of the answer",
    "blanked": "tracks arrive as if taken down (ids: which; none given: all)",
    "null_track": "the item at position has no track",
    "null_item": "currently-playing has no item, as during advertisements",
    "empty_page": "a page without items that still has a next",
    "odd_next": "a page whose next leads to another host",
    "repeating_next": "a page whose next leads to itself, without end",
    "other_length": "a list that lacks what stands at position, and has no null in its place",
    "empty_id": "the entry at position has an empty id",
    "stalled": "recently-played stays as it was when the mood began (hours: for how long)",
    "rotated": "the token answer carries a new refresh token, the old one dies",
}
KINDS = {**REFUSING, **ALTERING}


@dataclass(frozen=True)
class Mood:
    """One fault: where (``endpoint``, "*" for all), how often, and its particulars.

    ``times`` is how many calls it still meets (None: until cleared);
    ``probability`` is drawn, seeded, for each call. ``ids``: the objects it is about (an
    ISRC at MusicBrainz), every one where none is given. Times are simulated, but for
    ``delay_seconds``, which somebody really waits.
    """

    kind: str
    endpoint: str = "*"
    times: int | None = None
    probability: float = 1.0
    retry_after: int | None = None
    status: int = 503
    delay_seconds: float = 1.0
    hours: float = 6.0
    position: int = 0
    body: str = ""
    ids: tuple[str, ...] = ()
    since_ms: int = 0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"no mood is called {self.kind!r}: there are {', '.join(KINDS)}")
        if self.endpoint != "*":
            check_names([self.endpoint])
        if self.times is not None and self.times < 0:
            raise ValueError("times is 0 or more, or null for no end")


class Moods:
    """The moods now in force, oldest first; the first that refuses decides the answer."""

    def __init__(self, seed: int, moods: Iterable[Mood] = ()) -> None:
        self._rng = seeded("moods", seed)
        self._moods = list(moods)

    def add(self, kind: str, endpoint: str = "*", *, now_ms: int = 0, **particulars: Any) -> Mood:
        """Switch a mood on; raises ValueError for an unknown kind, TypeError for an unknown word.

        ``rate_limited`` comes with 30 seconds, ``quota_exceeded`` with 12 hours
        unless ``retry_after`` says otherwise.
        """
        usual = {"rate_limited": 30, "quota_exceeded": 43_200}.get(kind)
        particulars = {"retry_after": usual, **particulars}
        particulars["ids"] = tuple(particulars.get("ids", ()))
        mood = Mood(kind, endpoint, since_ms=now_ms, **particulars)
        self._moods.append(mood)
        return mood

    def clear(self, kind: str | None = None, endpoint: str | None = None) -> None:
        """Switch moods off: all, those of one kind, or those of one endpoint."""
        self._moods = [
            mood
            for mood in self._moods
            if (kind is not None and mood.kind != kind)
            or (endpoint is not None and mood.endpoint != endpoint)
        ]

    def draw(self, endpoint: str, now_ms: int, ids: Iterable[str] = ()) -> list[Mood]:
        """Return the moods that meet this call and count them down; at most one refuses.

        ``ids`` are the objects that are asked for.
        """
        call = (endpoint, frozenset(ids))
        met: dict[int, Mood] = {}
        refusing_first = sorted(
            enumerate(self._moods), key=lambda pair: pair[1].kind not in REFUSING
        )
        for place, mood in refusing_first:
            if self._meets(mood, call, met, now_ms):
                met[place] = mood
        counted = [
            replace(mood, times=mood.times - 1) if place in met and mood.times is not None else mood
            for place, mood in enumerate(self._moods)
        ]
        self._moods = [
            mood for mood in counted if mood.times != 0 and not _has_passed(mood, now_ms)
        ]
        return list(met.values())

    def describe(self) -> list[dict[str, Any]]:
        """Return the moods in force as plain values."""
        return [asdict(mood) for mood in self._moods]

    def _meets(
        self, mood: Mood, call: tuple[str, frozenset[str]], met: dict[int, Mood], now_ms: int
    ) -> bool:
        """Say whether a mood meets the call; nothing but slowness adds to a refusal."""
        endpoint, ids = call
        # Which tracks are blank is for the answer to say: they are inside of albums and pages.
        if mood.ids and mood.kind != "blanked" and not ids.intersection(mood.ids):
            return False
        if mood.endpoint not in ("*", endpoint) or mood.times == 0 or _has_passed(mood, now_ms):
            return False
        if mood.kind != "slow" and any(other.kind in REFUSING for other in met.values()):
            return False
        return mood.probability >= 1 or self._rng.random() < mood.probability


def _has_passed(mood: Mood, now_ms: int) -> bool:
    return mood.kind == "stalled" and now_ms >= mood.since_ms + round(mood.hours * 3_600_000)
