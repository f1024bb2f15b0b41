"""One turn of this machine's schedule: run what is due, and keep what it said.

Each job in a process of its own, so that whatever becomes of it, its last words are kept. What
goes wrong before any job is kept too: a scheduler throws away what it is told.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
import traceback
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from cli.commands import make_parser
from cli.schedule import LOG
from cli.schedule.kept import is_due, note_run, read_kept_settings, read_runs
from everheard.config import PROJECT_DIR, read_settings
from everheard.failure import ExitCode, Failure
from everheard.files import make_folder, read_file, write_file
from everheard.lock import lock_file
from everheard.rims.secrets import hide_secrets
from runner.keep_going import LONGEST_RUN_S
from runner.schedule import Line, read_place

_LOG_LINES = 500


def main(argv: list[str]) -> int:
    """Run the turn; return the exit code of the first job that failed."""
    parser = make_parser("tick")
    parser.add_argument("--home", type=Path, metavar="FOLDER", help="where its settings are kept")
    return tick(parser.parse_args(argv).home)


class LogTrouble(Failure):
    """The log of scheduled runs cannot be kept."""

    exit_code = ExitCode.CONFIGURATION


def tick(home: Path | None, lines: Sequence[Line] | None = None) -> int:
    """Run what is due of ``lines`` (those of the schedule), with what ``home`` keeps."""
    environ = {**(read_kept_settings(home) if home else {}), **os.environ}
    if home:
        environ["EVERHEARD_HOME"] = str(home)
    try:
        home = read_settings(environ, needs_spotify=False).home
        environ["EVERHEARD_HOME"] = str(home)
        make_folder(home)
        # Cron starts a turn though the one before is still under way.
        with lock_file(home / "schedule.lock", wait_seconds=0):
            return _run_due(home, environ, lines or read_place("computer"))
    except TimeoutError:
        return 0
    except OSError as error:
        raise LogTrouble(
            f"{home}: {LOG} cannot be written ({error.strerror}): set EVERHEARD_HOME."
        ) from None
    except Exception as error:
        if home:
            code = int(error.exit_code) if isinstance(error, Failure) else 1
            told = str(error) if isinstance(error, Failure) else traceback.format_exc()
            _keep(home, "schedule", time.time(), code, told)
        raise


def _run_due(home: Path, environ: dict[str, str], lines: Sequence[Line]) -> int:
    """Run what is due, in the order of the schedule; one job's failure costs no other."""
    codes = []
    for number, line in enumerate(lines):
        began_at = time.time()
        # The first sets the pace of the turns: the clock that woke us may be a little early.
        if number == 0 or is_due(line, read_runs(home).get(line.job), began_at):
            code, said = _run_job(environ, line.job, *line.arguments)
            _keep(home, line.job, began_at, code, said)
            codes.append(code)
    return next(filter(None, codes), 0)


def _keep(home: Path, job: str, began_at: float, code: int, told: str) -> None:
    """Keep what was said in a log of bounded length, and how it ended for whoever asks."""
    moment = datetime.fromtimestamp(began_at, UTC).strftime("%Y-%m-%d %H:%M")
    said = [line for line in hide_secrets(told).splitlines() if line.strip()]
    log = home / LOG
    earlier = read_file(log).decode(errors="replace").splitlines() if log.exists() else []
    lines = [*earlier, *(f"{moment} {line}" for line in said)]
    write_file(log, "\n".join(lines[-_LOG_LINES:]) + "\n")
    note_run(home, job, began_at, code, said[-1] if said else f"{job}: said nothing")


def _run_job(environ: dict[str, str], job: str, *arguments: str) -> tuple[int, str]:
    """Run a job to its end; return its exit code and what it printed, its last line last."""
    try:
        done = subprocess.run(  # noqa: S603 (our own modules)
            [sys.executable, "-m", f"jobs.{job}", *arguments],
            cwd=PROJECT_DIR,
            env={**environ, "PYTHONUTF8": "1", "EVERHEARD_TRIGGER": "timer"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            check=False,
            timeout=LONGEST_RUN_S,
        )
    except subprocess.TimeoutExpired:
        minutes = LONGEST_RUN_S // 60
        return 1, f"{job}: took longer than {minutes} minutes and was cut off"
    # A traceback is on stderr, and its last line says what happened.
    is_bug = "Traceback" in done.stderr
    return done.returncode, done.stdout + done.stderr if is_bug else done.stderr + done.stdout
