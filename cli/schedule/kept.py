"""What this machine's schedule keeps: what it was set up with, and what came of each job.

Two files of their owner's alone in the data folder. A scheduler starts a run with an environment
of its own, in which nothing of the terminal's is left, and nobody reads what it prints.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from everheard.config import list_given
from everheard.files import make_folder, read_file, remove_file, write_file
from runner.keep_going import LONGEST_RETRY_S, RETRIES_A_TURN
from runner.schedule import Line

#: Whose settings are kept: those of the jobs, of ``serve``.
SCHEDULE, SERVE = "schedule", "serve"
#: What may be set in a terminal, and then counts for its schedule too (docs/settings.md).
CARRIED = (
    *("DATABASE_URL", "SPOTIFY_CLIENT_ID", "SPOTIFY_CLIENT_SECRET", "SPOTIFY_REFRESH_TOKEN"),
    *("LISTENER_TIMEZONE", "EVERHEARD_HOME", "SPOOL_DIR", "REPORT_DIR", "SHOW_NAMES"),
    *("EVERHEARD_RUNNER", "HEALTHCHECK_URL", "METADATA_CALLS_PER_DAY", "FEED_PATH"),
    *("MUSICBRAINZ_CONTACT", "MUSICBRAINZ_CALLS_PER_DAY", "API_ORIGINS", "API_RATE_LIMIT"),
    *("SPOTIFY_API_URL", "SPOTIFY_ACCOUNTS_URL", "MUSICBRAINZ_URL"),
    *("NOW_PLAYING", "NOW_PLAYING_URL"),
)


class LastRun(NamedTuple):
    """How a job ended last here: when it began, its exit code, its last words.

    ``done_at`` is when its last success began, 0 before the first.
    """

    began_at: float
    exit_code: int
    said: str
    done_at: float

    @property
    def moment(self) -> str:
        """When it began, on this machine's clock."""
        return time.strftime("%Y-%m-%d %H:%M", time.localtime(self.began_at))


def keep_settings(
    home: Path, environ: Mapping[str, str] | None = None, *, whose: str = SCHEDULE
) -> None:
    """Keep what the environment sets now, for the runs that will not have it."""
    kept = list_given(CARRIED, environ)
    make_folder(home)
    write_file(_settings_file(home, whose), json.dumps({**kept, "EVERHEARD_HOME": str(home)}))


def read_kept_settings(home: Path, *, whose: str = SCHEDULE) -> dict[str, str]:
    """Return what the machine was set up with; nothing where it has no schedule or service."""
    return {name: str(value) for name, value in _read(_settings_file(home, whose)).items()}


def read_set_up_at(home: Path) -> float | None:
    """Return when this machine became a runner; None where it is none."""
    try:
        return _settings_file(home).stat().st_mtime
    except OSError:
        return None


def forget(home: Path) -> None:
    """Forget both: this machine is a runner no longer."""
    remove_file(_settings_file(home))
    remove_file(_runs_file(home))


def read_runs(home: Path) -> dict[str, LastRun]:
    """Return job -> how it ended last."""
    found = {}
    for job, words in _read(_runs_file(home)).items():
        try:
            began_at, exit_code, said, done_at = words
            found[job] = LastRun(float(began_at), int(exit_code), str(said), float(done_at))
        except (TypeError, ValueError):
            continue  # of another version: the job runs again, and is noted anew
    return found


def note_run(home: Path, job: str, began_at: float, exit_code: int, said: str) -> None:
    """Keep how a job ended."""
    runs = read_runs(home)
    earlier = runs[job].done_at if job in runs else 0.0
    runs[job] = LastRun(began_at, exit_code, said, earlier if exit_code else began_at)
    write_file(_runs_file(home), json.dumps(runs))


def is_due(line: Line, last: LastRun | None, now: float) -> bool:
    """Say whether a job is due; its stretches are counted from this machine's own midnight."""
    if last is None:
        return True
    pause = min(line.every / RETRIES_A_TURN, LONGEST_RETRY_S)
    if last.exit_code and 0 <= now - last.began_at < pause:
        return False
    offset = time.localtime(now).tm_gmtoff or 0
    return line.is_due(last.done_at + offset, now + offset)


def forget_service(home: Path) -> None:
    """Forget what ``serve`` was set up with."""
    remove_file(_settings_file(home, SERVE))


def _settings_file(home: Path, whose: str = SCHEDULE) -> Path:
    return home / f"{whose}-settings.json"


def _runs_file(home: Path) -> Path:
    return home / "schedule-runs.json"


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(read_file(path))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
