"""The two trials: dense polls with faults of every kind, and polls as rare as on GitHub."""

from __future__ import annotations

from itertools import accumulate, cycle, takewhile
from urllib.parse import urlsplit

from simulator.clock import DAY_MS, MINUTE_MS
from simulator.listening import Play
from tests.lossless.faults import Faults
from tests.lossless.trial import RUNNERS, Trial

LISTENERS = ("light", "steady", "heavy")
#: Minutes between two runs of one hourly job on GitHub, as measured on 1 to 3 September 2026.
GITHUB_GAPS = (349, 270, 179, 146, 240, 323, 291, 261, 175, 147, 124)

Pages = dict[str, list[list[Play]]]


def poll_through_faults(trial: Trial, *, days: int, seed: int) -> Faults:
    """Poll every 30 minutes, the runners in turn, whatever goes wrong; then in good weather.

    The first poll goes well: what is owed is counted from its page on.
    """
    assert trial.poll(RUNNERS[0]) == 0, trial.last_words
    faults = Faults(trial.world, seed)
    start_ms = trial.world.clock.now_ms
    database = urlsplit(trial.database_url).path.strip("/")
    for number in range(1, days * 48):
        trial.wait_until(start_ms + number * 30 * MINUTE_MS)
        plight, statements = faults.draw()
        _tell(trial, database, statements)
        faults.note(trial.poll(RUNNERS[number % 2], plight))
    _tell(trial, database, faults.end())
    trial.settle()
    return faults


def poll_rarely(trial: Trial, *, days: int) -> Pages:
    """Poll at the moments GitHub gives; return the pages that Spotify showed."""
    start_ms = trial.world.clock.now_ms
    pages: Pages = {name: [] for name in trial.world.listeners}
    moments = accumulate(cycle(GITHUB_GAPS), lambda at, gap: at + gap * MINUTE_MS, initial=start_ms)
    for moment_ms in takewhile(lambda at: at < start_ms + days * DAY_MS, moments):
        trial.wait_until(moment_ms)
        for name, listener in trial.world.listeners.items():
            pages[name].append(listener.window(moment_ms))
        assert trial.poll(RUNNERS[0]) == 0, trial.last_words
    return pages


def _tell(trial: Trial, database: str, statements: list[str]) -> None:
    with trial.connection.cursor() as cursor:
        for statement in filter(None, statements):
            cursor.execute(statement.format(name=database))
