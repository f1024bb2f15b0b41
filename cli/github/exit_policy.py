"""Decide in Actions whether a run's end turns it red, and with it sends a mail.

Ends that the next run cures by itself (69, 73, 75) do so only when nothing has succeeded
for six hours: an outage is one mail, not one an hour.
"""

from __future__ import annotations

import time
from contextlib import closing

from cli.commands import make_parser
from everheard.config import Settings, read_settings
from everheard.database.connect import connect
from everheard.failure import ExitCode, Failure
from everheard.files import make_folder, read_file, remove_file, write_file
from everheard.ledger.operations.runs import read_operations
from everheard.run.heartbeat import RETRYABLE

PATIENCE_HOURS = 6


def main(argv: list[str]) -> int:
    """Return the exit code that the step should end with."""
    parser = make_parser("exit-policy")
    parser.add_argument("job")
    parser.add_argument("exit_code", type=int)
    options = parser.parse_args(argv)
    return decide_exit(read_settings(needs_spotify=False), options.job, options.exit_code)


def decide_exit(settings: Settings, job: str, exit_code: int) -> int:
    """Return the exit code that the workflow's step should end with.

    Only scheduled runs are forgiven: whoever starts one by hand wants to see its end.
    """
    first_failure = settings.spool_dir / f"failing-since-{job}"
    if exit_code == ExitCode.DONE:
        remove_file(first_failure)
        return exit_code
    if exit_code not in RETRYABLE or settings.trigger != "schedule":
        return exit_code
    try:
        since = float(read_file(first_failure))
    except (OSError, ValueError):
        since = time.time()
        make_folder(settings.spool_dir)
        write_file(first_failure, str(since))
    hours = _find_hours_since_success(settings, job, (time.time() - since) / 3600)
    if hours >= PATIENCE_HOURS:
        print(f"::error title={job}::Nothing has succeeded for {hours:.0f} hours.")
        return exit_code
    print(
        f"::warning title={job}::Ended with {exit_code}; the next run tries again,"
        f" and this one stays green: the trouble is younger than {PATIENCE_HOURS} hours."
    )
    return int(ExitCode.DONE)


def _find_hours_since_success(settings: Settings, job: str, hours_failing: float) -> float:
    """Return the hours since any runner succeeded; without the ledger, since we first failed."""
    try:
        with closing(connect(settings, application="everheard exit-policy")) as connection:
            operations = read_operations(
                connection, job=job, client_id=settings.client_id, fingerprints=[]
            )
    except Failure:
        return hours_failing
    if operations.since_success is None:
        return hours_failing
    return min(hours_failing, operations.since_success.total_seconds() / 3600)
