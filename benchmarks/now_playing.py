"""How true the listened time of a watcher is, over a simulated week with failing calls.

python start.py benchmark now_playing [--days 7] [--failing 0.05]

Three listeners whose every second is known (simulator/watched.py) are watched at the watcher's own
pace, by a simulated clock. A play is compared with the truth where a successful sample met it.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import sys
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

from everheard.watcher.pace import DayBudget, Pace
from everheard.watcher.playbacks import Listening, Playback
from everheard.watcher.samples import to_sample
from simulator.watched import WAYS, WatchedListener, WatchedPlay

START_MS = int(datetime(2026, 3, 2, tzinfo=UTC).timestamp() * 1000)
DAY_MS = 86_400_000
NEAR_MS = 3_000
#: What a play has to last to be looked for: Spotify counts from here, too.
SHORTEST_MS = 30_000


class WatchResult(NamedTuple):
    """What a watch of one listener came to."""

    playbacks: list[Playback]
    #: Plays that a successful sample met, by URI.
    met: set[str]
    calls_by_day: dict[int, int]


class WatchScore(NamedTuple):
    """How near a watch came to the truth; shares of 1."""

    near_share: float
    total_error: float
    missing_count: int
    play_count: int


def main(argv: list[str] | None = None) -> int:
    """Watch, compare, and print one line of JSON a listener."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=7)
    parser.add_argument("--failing", type=float, default=0.05)
    options = parser.parse_args(argv)
    for way in WAYS:
        listener = WatchedListener(way, START_MS, options.days, 1)
        watched = watch(listener, options.days, options.failing)
        score = compare(listener.plays, watched)
        print(
            json.dumps(
                {
                    "listener": way,
                    "plays": score.play_count,
                    "within_3s": round(score.near_share, 4),
                    "total_error": round(score.total_error, 5),
                    "missing": score.missing_count,
                    "most_calls_a_day": max(watched.calls_by_day.values()),
                }
            )
        )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"memory_mb": round(peak)}))
    return 0


def watch(listener: WatchedListener, days: int, failing: float, seed: int = 7) -> WatchResult:
    """Watch a listener at the watcher's own pace; of all calls this share fails."""
    rng = random.Random(seed)
    pace, budget, listening = Pace(rng=rng), DayBudget(2_000), Listening()
    playbacks: list[Playback] = []
    met: set[str] = set()
    calls: dict[int, int] = defaultdict(int)
    moment = START_MS
    while moment < START_MS + days * DAY_MS:
        now = datetime.fromtimestamp(moment / 1000, UTC)
        if not budget.spend(now):
            moment += round(budget.stretch(0, now) * 1000)
            continue
        calls[(moment - START_MS) // DAY_MS] += 1
        if rng.random() < failing:
            wait = pace.after_error(None, now)
        else:
            answer = listener.answer(moment)
            sample = to_sample(answer, now)
            if answer:
                met.add(answer["item"]["uri"])
            ended = listening.take(sample)
            playbacks += ended
            wait = pace.after(sample, ended)
        moment += round(budget.stretch(wait, now) * 1000) + rng.randrange(300)
    return WatchResult(playbacks + listening.finish(), met, calls)


def compare(truth: Iterable[WatchedPlay], watched: WatchResult) -> WatchScore:
    """Compare what was found with what was; of plays that were met and lasted."""
    found: dict[str, int] = defaultdict(int)
    for playback in watched.playbacks:
        found[playback.key] += playback.listened_ms
    met = [play for play in truth if play.uri in watched.met]
    lasting = [play for play in met if play.ms_played > SHORTEST_MS]
    near = sum(abs(found[play.uri] - play.ms_played) <= NEAR_MS for play in lasting)
    total = sum(play.ms_played for play in met)
    return WatchScore(
        near_share=near / max(1, len(lasting)),
        total_error=abs(sum(found.values()) - total) / max(1, total),
        missing_count=sum(play.uri not in found for play in lasting),
        play_count=len(lasting),
    )


if __name__ == "__main__":
    sys.exit(main())
