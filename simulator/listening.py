"""One day of one listener, drawn from the seed alone: sessions, tracks, skips, repeats, pauses.

A listening day runs from 04:00 to 04:00 in the listener's own time, and nothing
crosses its edge: so any day can be drawn without the days before it, and ten
years are as easy to reach as tomorrow.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import NamedTuple

from simulator.catalogue import Catalogue, SimulatedEpisode, SimulatedTrack
from simulator.clock import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS
from simulator.randomness import base62
from simulator.taste import Taste

#: Plays shorter than this never reach recently-played.
SHORTEST_SEEN_MS = 30 * SECOND_MS
#: Longest offline stretch in plays: it surfaces in the window whole, for a while.
LONGEST_OFFLINE = 20
#: How likely a session starts in each hour of the listening day, from 04:00 on.
RHYTHM = [1, 1, 3, 7, 8, 5, 4, 4, 5, 5, 4, 4, 5, 7, 9, 9, 8, 7, 6, 5, 4, 2, 1, 1]
PLATFORMS = ["android", "ios", "windows", "osx", "linux", "web_player", "cast"]


class Play(NamedTuple):
    """One stretch of playback of one thing, as it really was.

    ``started_ms`` and ``ended_ms`` are UTC; pauses lie between them, while
    ``ms_played`` is sound alone. ``uploaded_ms`` is when Spotify hears of it.
    """

    started_ms: int
    ended_ms: int
    uploaded_ms: int
    ms_played: int
    item: SimulatedTrack | SimulatedEpisode
    context_uri: str | None
    reason_start: str
    reason_end: str
    shuffle: bool
    offline: bool
    private: bool
    platform: str
    country: str
    is_video: bool = False

    @property
    def is_due(self) -> bool:
        """Say whether recently-played will show this play once it is uploaded."""
        return (
            isinstance(self.item, SimulatedTrack)
            and not self.item.is_local
            and not self.private
            and not self.is_video
            and self.ms_played >= SHORTEST_SEEN_MS
        )


class SimulatedSession(NamedTuple):
    """What the plays of one session have in common."""

    context_uri: str | None
    queue: Callable[[], SimulatedTrack | SimulatedEpisode]
    shuffle: bool
    offline: bool
    private: bool
    platform: str
    country: str

    def make_play(
        self,
        started_ms: int,
        ended_ms: int,
        ms_played: int,
        item: SimulatedTrack | SimulatedEpisode,
        reasons: tuple[str, str],
        is_video: bool,
    ) -> Play:
        """Return one play of this session, heard of as it ends."""
        return Play(
            started_ms,
            ended_ms,
            ended_ms,
            ms_played,
            item,
            self.context_uri,
            *reasons,
            self.shuffle,
            self.offline,
            self.private,
            self.platform,
            self.country,
            is_video,
        )


def draw_day(
    rng: Random, day_start_ms: int, mean_plays: float, taste: Taste, catalogue: Catalogue
) -> list[Play]:
    """Return the plays of one listening day in order of their end (which never repeats)."""
    day_end_ms = day_start_ms + DAY_MS
    budget = int(mean_plays * rng.uniform(0.4, 1.6)) if rng.random() > 0.04 else 0
    lengths = []
    while budget > 0:
        lengths.append(min(budget, 1 + int(rng.expovariate(1 / 14))))
        budget -= lengths[-1]
    hours = sorted(rng.choices(range(24), RHYTHM, k=len(lengths)))
    plays: list[Play] = []
    moment_ms = day_start_ms
    stretches: list[tuple[int, int]] = []
    for hour, length in zip(hours, lengths, strict=True):
        moment_ms = max(
            moment_ms + rng.randrange(MINUTE_MS, 6 * MINUTE_MS),
            day_start_ms + hour * HOUR_MS + rng.randrange(HOUR_MS),
        )
        session, length = _draw_session(rng, moment_ms, length, taste, catalogue)
        first = len(plays)
        moment_ms = _play_session(rng, session, moment_ms, length, day_end_ms, plays, catalogue)
        if session.offline and len(plays) > first:
            stretches.append((first, len(plays)))
    for first, last in stretches:
        _upload_late(rng, plays, first, last, day_end_ms)
    return plays


def _draw_session(
    rng: Random, moment_ms: int, length: int, taste: Taste, catalogue: Catalogue
) -> tuple[SimulatedSession, int]:
    """Return how a session is listened to, and how many plays it takes."""
    offline = rng.random() < 0.04
    if offline:
        length = min(length, LONGEST_OFFLINE)
    context_uri, queue = _draw_queue(rng, moment_ms, taste)
    if rng.random() < 0.03:
        show = rng.choice(catalogue.shows)
        context_uri = f"spotify:show:{show.id}"
        episodes = iter(show.episodes[rng.randrange(len(show.episodes)) :])
        length = min(length, 2)
        queue = lambda: next(episodes, show.episodes[-1])  # noqa: E731 - a queue of two
    session = SimulatedSession(
        context_uri,
        queue,
        shuffle=rng.random() < 0.4,
        offline=offline,
        private=rng.random() < 0.02,
        platform=PLATFORMS[int(len(PLATFORMS) * rng.random() ** 2)],
        country="DE" if rng.random() < 0.96 else "FR",
    )
    return session, length


def _draw_queue(
    rng: Random, moment_ms: int, taste: Taste
) -> tuple[str | None, Callable[[], SimulatedTrack | SimulatedEpisode]]:
    kind = rng.random()
    if kind < 0.42:
        new = taste.find_new_album(rng, moment_ms) if rng.random() < 0.25 else None
        album = new or taste.draw(rng).album
        place = iter(album.tracks)
        return f"spotify:album:{album.id}", lambda: next(place, None) or taste.draw(rng)
    if kind < 0.70:
        playlist = int(30 * rng.random() ** 2)
        return f"spotify:playlist:{base62('playlist', playlist)}", lambda: taste.draw(rng)
    if kind < 0.82:
        artist = taste.draw(rng).artists[0]
        return f"spotify:artist:{artist.id}", lambda: taste.draw(rng)
    if kind < 0.92:
        return "spotify:collection", lambda: taste.draw(rng)
    return None, lambda: taste.draw(rng)


def _play_session(
    rng: Random,
    session: SimulatedSession,
    moment_ms: int,
    length: int,
    day_end_ms: int,
    plays: list[Play],
    catalogue: Catalogue,
) -> int:
    """Append the session's plays and return when it ended."""
    item = session.queue()
    reason_start = "clickrow"
    for number in range(length):
        ms_played, pause_ms, reason_end = _draw_playback(rng, item.duration_ms)
        if number == length - 1 and reason_end == "trackdone" and rng.random() < 0.5:
            reason_end = "endplay"
        ended_ms = moment_ms + ms_played + pause_ms
        if ended_ms >= day_end_ms:
            break
        played, is_video = _draw_stand_in(rng, item, catalogue)
        ms_played = min(ms_played, played.duration_ms)
        reasons = (reason_start, reason_end)
        plays.append(session.make_play(moment_ms, ended_ms, ms_played, played, reasons, is_video))
        moment_ms = ended_ms + 1 + int(1500 * rng.random())
        reason_start = reason_end if reason_end in ("trackdone", "fwdbtn") else "clickrow"
        # Short tracks are started again, sometimes before they are over; others go on repeat.
        if rng.random() >= (0.25 if item.duration_ms < 90_000 else 0.02):
            item = session.queue()
    return moment_ms


def _draw_stand_in(
    rng: Random, item: SimulatedTrack | SimulatedEpisode, catalogue: Catalogue
) -> tuple[SimulatedTrack | SimulatedEpisode, bool]:
    """Return what really plays: now and then a local file, or the track's video (True)."""
    kind = rng.random()
    if kind < 0.004 and isinstance(item, SimulatedTrack):
        return rng.choice(catalogue.local_files), False
    return item, kind < 0.007 and isinstance(item, SimulatedTrack)


def _draw_playback(rng: Random, duration_ms: int) -> tuple[int, int, str]:
    """Return milliseconds heard, milliseconds paused, and how it ended."""
    kind = rng.random()
    if kind < 0.80:
        return duration_ms, 0, "trackdone"
    if kind < 0.92:
        return max(800, int(duration_ms * 0.8 * rng.random() ** 2)), 0, "fwdbtn"
    if kind < 0.96:
        return max(800, int(duration_ms * rng.random())), 0, "endplay"
    return duration_ms, int(15 * MINUTE_MS * rng.random() ** 3) + 3 * SECOND_MS, "trackdone"


def _upload_late(rng: Random, plays: list[Play], first: int, last: int, day_end_ms: int) -> None:
    """Let an offline stretch arrive minutes to hours late, soon after the next session began."""
    latest_ms = day_end_ms - 1
    if last < len(plays):
        latest_ms = min(latest_ms, plays[last].started_ms + 10 * MINUTE_MS)
    ended_ms = plays[last - 1].ended_ms
    delay_ms = rng.randrange(2 * MINUTE_MS, 5 * HOUR_MS)
    uploaded_ms = max(ended_ms, min(ended_ms + delay_ms, latest_ms))
    for number in range(first, last):
        plays[number] = plays[number]._replace(uploaded_ms=uploaded_ms)
