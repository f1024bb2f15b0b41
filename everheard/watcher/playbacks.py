"""Samples -> playbacks: when something began and ended, and how long of it was really heard.

Between two samples of one item, progress tells the sound (a pause does not move it) and the clock
an upper bound (a jump forward moves it further). At a change of item the new one's progress tells
when it began, and with that when the old one ended. Pure: one listener's samples in the order of
time, nothing else.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from statistics import median
from typing import NamedTuple

from everheard.sources.fields import Json
from everheard.watcher.samples import HEARD, PlayingKind, Sample

#: What network and rounding may put between two clocks.
TOLERANCE_MS = 2_000
#: Where nothing tells when it ended, half of this at most is taken for heard.
LONGEST_UNSEEN_MS = 30_000
#: At what speeds Spotify plays podcasts, with something to spare.
_SLOWEST, _FASTEST = 0.45, 3.6
#: Shorter than this is no playback: a key was pressed twice.
SHORTEST_MS = 1_000


class Playback(NamedTuple):
    """One stretch of one item, as it was heard; moments are UTC, by Spotify's clock.

    ``listened_ms`` is sound alone, pauses left out; an episode heard at double speed took half its
    length. ``is_finished``: it was heard to its end; else it was skipped or left.
    """

    key: str
    kind: PlayingKind
    started_at: datetime
    ended_at: datetime
    listened_ms: int
    duration_ms: int | None
    is_finished: bool
    context_uri: str | None
    device: str | None
    item: Json


class OpenPlayback(NamedTuple):
    """What is being heard: since when, how much so far, and the newest sample of it.

    ``speeds``: how fast its progress has moved while it played, newest last; of a podcast, which
    may be heard faster than it was spoken.
    """

    started_at: datetime
    listened_ms: int
    last: Sample
    speeds: tuple[float, ...] = ()


class Listening:
    """One listener, sample by sample."""

    def __init__(
        self, current: OpenPlayback | None = None, seen_at: datetime | None = None
    ) -> None:
        self.current = current
        #: The newest sample's moment, whatever it said: nothing new had begun by then.
        self.seen_at = seen_at

    def take(self, sample: Sample) -> list[Playback]:
        """Take the next sample; return what has ended with it, at most one playback."""
        if self.seen_at is not None and sample.at <= self.seen_at:
            return []  # a clock was set back: nothing can be told of it
        ended: list[Playback] = []
        if self.current is None:
            self._begin(sample)
        elif sample.kind in HEARD and sample.key == self.current.last.key:
            ended = self._go_on(sample)
        else:
            ended = self._end(sample, _find_start(sample, self.seen_at))
            self._begin(sample)
        self.seen_at = sample.at
        return ended

    def finish(self) -> list[Playback]:
        """Return what was being heard until now: nobody watches on."""
        if self.current is None:
            return []
        last, listened = self.current.last, self.current.listened_ms
        ended = self._close(last.at, listened)
        self.current = None
        return ended

    def _begin(self, sample: Sample) -> None:
        if sample.kind not in HEARD:
            self.current = None
            return
        start = _find_start(sample, self.seen_at) or sample.at
        heard = _to_ms(sample.at - start)
        if self.seen_at is None and not sample.is_playing:
            heard = 0  # paused since nobody knows when
        self.current = OpenPlayback(start, heard, sample)

    def _go_on(self, sample: Sample) -> list[Playback]:
        """Go on with the same item; it may have ended and begun anew between the two."""
        assert self.current is not None  # noqa: S101 (who calls has looked)
        last = self.current.last
        restart = _find_restart(sample, last)
        if restart is not None:
            ended = self._end(sample, restart)
            heard = _to_ms(sample.at - restart) if sample.is_playing else sample.progress_ms or 0
            self.current = OpenPlayback(restart, heard, sample)
            return ended
        speeds = _note_speed(self.current.speeds, sample, last)
        heard = self.current.listened_ms + _find_heard(sample, last, median(speeds or (1.0,)))
        self.current = OpenPlayback(self.current.started_at, heard, sample, speeds)
        return []

    def _end(self, sample: Sample, next_start: datetime | None) -> list[Playback]:
        """End what was heard at the latest where the next thing began."""
        assert self.current is not None  # noqa: S101 (as above)
        last, listened = self.current.last, self.current.listened_ms
        until_end = _find_rest(last)
        if not last.is_playing:
            # Went on unseen and was heard to its end, where there was time for that.
            went_on = next_start is not None and _to_ms(next_start - last.at) >= until_end
            if not (went_on and last.duration_ms):
                return self._close(last.at, listened)
            return self._close(next_start or last.at, listened + until_end, is_finished=True)
        if next_start is not None:
            rest = min(_to_ms(next_start - last.at), until_end)
        else:  # it stopped somewhere between the two samples
            unseen = _to_ms(sample.at - last.at)
            rest = until_end if until_end <= unseen else min(unseen, LONGEST_UNSEEN_MS) // 2
        rest = max(0, rest)
        return self._close(last.at + timedelta(milliseconds=rest), listened + rest)

    def _close(
        self, ended_at: datetime, listened_ms: int, *, is_finished: bool = False
    ) -> list[Playback]:
        assert self.current is not None  # noqa: S101 (as above)
        last = self.current.last
        if listened_ms < SHORTEST_MS:
            return []
        duration = last.duration_ms
        if last.is_playing and duration is not None:
            is_finished = _find_rest(last) - _to_ms(ended_at - last.at) <= TOLERANCE_MS
        return [
            Playback(
                key=last.key,
                kind=last.kind,
                started_at=self.current.started_at,
                ended_at=ended_at,
                listened_ms=listened_ms,
                duration_ms=duration,
                is_finished=is_finished,
                context_uri=last.context_uri,
                device=last.device,
                item=last.item or {},
            )
        ]


def _find_start(sample: Sample, seen_at: datetime | None) -> datetime | None:
    """Return when what plays began: by its progress, but not before the poll before it.

    None where nothing plays of which there could be a playback.
    """
    if sample.kind not in HEARD:
        return None
    start = sample.at - timedelta(milliseconds=sample.progress_ms or 0)
    return start if seen_at is None else max(start, seen_at)


def _find_restart(sample: Sample, last: Sample) -> datetime | None:
    """Return when an item began anew between two samples of it, None where it went on.

    Its progress is behind where it was, and no further than the time between the two: played to
    its end and repeated, or started again by hand. What jumped back into the middle goes on.
    """
    if sample.progress_ms is None or last.progress_ms is None:
        return None
    elapsed = _to_ms(sample.at - last.at)
    is_behind = sample.progress_ms < last.progress_ms - TOLERANCE_MS
    if not is_behind or sample.progress_ms > elapsed + TOLERANCE_MS:
        return None
    is_repeated = last.is_playing and _find_rest(last) <= elapsed
    if not is_repeated and sample.progress_ms > elapsed // 2 and last.is_playing:
        # It cannot be told from a jump back; a start by hand is rarer than ten seconds back.
        jump = last.progress_ms + elapsed - sample.progress_ms
        if jump <= 20_000:
            return None
    start = sample.at - timedelta(milliseconds=sample.progress_ms)
    return max(start, last.at)


def _find_heard(sample: Sample, last: Sample, speed: float) -> int:
    """Return the sound between two samples of one playback, in milliseconds of a clock."""
    elapsed = _to_ms(sample.at - last.at)
    if sample.progress_ms is None or last.progress_ms is None:
        return elapsed if sample.is_playing and last.is_playing else 0
    moved = sample.progress_ms - last.progress_ms
    if moved < -TOLERANCE_MS:  # a jump back
        return elapsed if sample.is_playing and last.is_playing else 0
    return max(0, min(round(moved / speed), elapsed))


def _note_speed(speeds: tuple[float, ...], sample: Sample, last: Sample) -> tuple[float, ...]:
    """Return the last few speeds at which an episode was heard; of music there is but one."""
    is_told = sample.progress_ms is not None and last.progress_ms is not None
    if sample.kind != PlayingKind.EPISODE or not is_told:
        return speeds
    moved = (sample.progress_ms or 0) - (last.progress_ms or 0)
    speed = moved / max(1, _to_ms(sample.at - last.at))
    is_one = sample.is_playing and last.is_playing and _SLOWEST <= speed <= _FASTEST
    return (*speeds[-8:], speed) if is_one else speeds


def _find_rest(last: Sample) -> int:
    """Return how much of an item was left at a sample, a day where nobody knows its length."""
    if last.duration_ms is None:
        return 86_400_000
    return max(0, last.duration_ms - (last.progress_ms or 0))


def _to_ms(span: timedelta) -> int:
    return round(span / timedelta(milliseconds=1))
