"""One turn of this machine's schedule: run the job in a process of its own, and keep what it said.

A process of its own, so that whatever becomes of the job, its last words reach the log.
"""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime

from cli.commands import make_parser
from cli.schedule import LOG, read_desk_line
from everheard.config import PROJECT_DIR, Settings, read_settings
from everheard.failure import ExitCode, Failure
from everheard.files import make_folder, read_file, write_file

_LOG_LINES = 500


def main(argv: list[str]) -> int:
    """Run the turn; return the job's exit code."""
    make_parser("tick").parse_args(argv)
    return tick(read_settings(needs_spotify=False))


class LogTrouble(Failure):
    """The log of scheduled runs cannot be kept."""

    exit_code = ExitCode.CONFIGURATION


def tick(settings: Settings) -> int:
    """Run the job as the scheduler does; keep what it said in a log of bounded length."""
    line = read_desk_line()
    done = _run_job(line.job, *line.arguments)
    moment = datetime.now(UTC).strftime("%Y-%m-%d %H:%M")
    said = [f"{moment} {line}" for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    log = settings.home / LOG
    try:
        make_folder(settings.home)
        earlier = read_file(log).decode().splitlines() if log.exists() else []
        write_file(log, "\n".join([*earlier, *said][-_LOG_LINES:]) + "\n")
    except OSError as error:
        raise LogTrouble(
            f"{log} cannot be written ({error.strerror}): set EVERHEARD_HOME."
        ) from None
    return done.returncode


def _run_job(job: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a job to its end and keep what it prints, errors last; on Windows without a window."""
    return subprocess.run(  # noqa: S603 (our own modules)
        [sys.executable, "-m", f"jobs.{job}", *arguments],
        cwd=PROJECT_DIR,
        env={**os.environ, "PYTHONUTF8": "1", "EVERHEARD_TRIGGER": "timer"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        check=False,
    )
