"""What wraps every job: settings, connection, run record, summary, exit code."""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from psycopg2.extensions import connection as Connection

from everheard.config import Settings, read_settings
from everheard.failure import ConfigurationError, ExitCode, Failure
from everheard.heartbeat import call_at_end, call_at_start
from everheard.step_summary import annotate, write_step_summary
from everheard.warehouse.books import (
    Books,
    RunRecord,
    block_bucket,
    insert_run,
    note_runner,
    read_books,
)
from everheard.warehouse.connect import connect
from everheard.warehouse.outlook import list_warnings


@dataclass
class Run:
    """One run of a job, handed to its work: settings in, counts and troubles out."""

    job: str
    settings: Settings
    options: argparse.Namespace
    fetched_count: int = 0
    new_count: int = 0
    known_count: int = 0
    gap_count: int = 0
    spooled_count: int = 0
    watermark_at: datetime | None = None
    #: The listeners whose answer from Spotify has been stored.
    polled_keys: list[int] = field(default_factory=list)
    #: Ends that concern a part of the work only (one of several listeners).
    failures: list[Failure] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    #: Why there was nothing to do, where there was not.
    idle_reason: str = ""
    #: The ledger is left asleep: what was fetched stays in the spool for a later run.
    loads_later: bool = False
    #: What gives the figures of the last line, by name.
    tell: Callable[[Run], dict[str, str]] | None = None
    _connection: Connection | None = None
    _trouble: Failure | None = None
    _has_read_books: bool = False

    def connect(self) -> Connection:
        """Return the ledger's connection, opened at the first call; a failure is remembered."""
        if self._trouble:
            raise self._trouble
        if self._connection is None:
            try:
                self._connection = connect(self.settings, application=f"everheard {self.job}")
            except Failure as failure:
                self._trouble = failure
                raise
        return self._connection

    def give_up_ledger(self, trouble: Failure) -> None:
        """Go on without the ledger: whoever asks for it from now on is told why."""
        self._trouble = trouble

    def read_books(self, fingerprints: Sequence[str] = ()) -> Books:
        """Read the books; what they say beside the job's own work goes into its summary, once."""
        books = read_books(
            self.connect(),
            job=self.job,
            client_id=self.settings.client_id,
            fingerprints=list(fingerprints),
            runner=self.settings.runner,
        )
        if not self._has_read_books:
            self._has_read_books = True
            self.warnings += list_warnings(books.outlook)
        return books

    def hear_books(self) -> None:
        """Read the books at the end of a job that had no need of them before."""
        if not self._has_read_books:
            with suppress(Failure):  # the run's record says what is wrong with the ledger
                self.read_books()

    def add(
        self,
        *,
        new_count: int = 0,
        known_count: int = 0,
        gap_count: int = 0,
        watermark_at: datetime | None = None,
        polled_key: int | None = None,
    ) -> None:
        """Add what was done for one listener; ``polled_key``: who it is, if Spotify answered."""
        self.new_count += new_count
        self.known_count += known_count
        self.gap_count += gap_count
        self.polled_keys += [] if polled_key is None else [polled_key]
        moments = [moment for moment in (self.watermark_at, watermark_at) if moment]
        self.watermark_at = max(moments, default=None)
        if gap_count:
            self.warnings.append(
                f"{gap_count} new gap(s): plays may be missing. The privacy export closes them."
            )

    def is_needless(self, books: Books) -> bool:
        """Say whether ``--if-stale`` makes this run needless, and keep the reason."""
        stale_after, since_success = self.options.if_stale, books.since_success
        if not stale_after or since_success is None or since_success >= stale_after:
            return False
        who = "another runner" if books.is_success_of_other else "this runner"
        minutes = int(since_success.total_seconds() // 60)
        self.idle_reason = f"{who} succeeded {minutes} minutes ago"
        return True

    def remember_block(self, bucket: str, until: datetime | None) -> None:
        """Tell all runners until when Spotify wants no calls to a bucket, if the books are open."""
        if until is None or self.options.dry_run:
            return
        try:
            block_bucket(
                self.connect(),
                client_id=self.settings.client_id,
                bucket=bucket,
                blocked_until=until,
            )
        except Failure as trouble:
            self.warnings.append(f"The pause could not be noted for other runners. {trouble}")

    @property
    def exit_code(self) -> ExitCode:
        """Return how the run ends as things stand: the first trouble decides."""
        return self.failures[0].exit_code if self.failures else ExitCode.DONE

    def close(self) -> None:
        """Close the connection, where one was opened."""
        if self._connection is not None:
            self._connection.close()


def run_job(
    job: str,
    documentation: str | None,
    work: Callable[[Run], None],
    argv: list[str] | None,
    add_options: Callable[[argparse.ArgumentParser], None] = lambda _: None,
    *,
    is_heartbeat: bool = False,
    needs_spotify: bool = True,
    tell: Callable[[Run], dict[str, str]] | None = None,
) -> int:
    """Run a job from its command line to its exit code.

    ``is_heartbeat``: the job whose silence somebody outside watches for (HEALTHCHECK_URL).
    ``tell`` gives the figures of the last line and of GitHub's summary by name (None: those
    of a poll). The last line on stdout says what was done, or why not. Every Failure becomes that
    line and its exit code; anything else is a bug and keeps its traceback.
    """
    options = _parse(job, documentation, argv, add_options)
    started = time.monotonic()
    try:
        settings = read_settings(needs_spotify=needs_spotify)
    except ConfigurationError as error:
        print("\n".join(error.faults), file=sys.stderr)
        print(f"{job}: settings to put right: {len(error.faults)}, named above")
        return int(error.exit_code)
    run = Run(job, settings, options, tell=tell)
    called_url = settings.healthcheck_url if is_heartbeat and not options.dry_run else ""
    run.warnings += call_at_start(called_url)
    try:
        try:
            work(run)
        except Failure as failure:
            run.failures.append(failure)
        run.warnings += call_at_end(called_url, run.exit_code)
        return _finish(run, time.monotonic() - started)
    except Exception:
        call_at_end(called_url, 1)
        raise
    finally:
        run.close()


def _parse(
    job: str,
    documentation: str | None,
    argv: list[str] | None,
    add_options: Callable[[argparse.ArgumentParser], None],
) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog=f"python start.py job {job}",
        description=documentation,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="say what would be done, and write nothing"
    )
    add_options(parser)
    return parser.parse_args(argv)


def _finish(run: Run, seconds: float) -> int:
    sentence = describe(run)
    if not run.options.dry_run and not run.loads_later:
        run.hear_books()  # before the record, which moves the moment since when gaps are new
        _record(run, seconds, sentence)
    for warning in run.warnings:
        print(annotate(run.job, "warning", warning) if run.settings.is_actions else warning)
    if run.settings.step_summary:
        outcome = [sentence] if run.failures or run.idle_reason else []
        remarks = [*run.warnings, *outcome]
        write_step_summary(run.settings.step_summary, run.job, _tell(run), remarks)
    if run.failures and run.settings.is_actions:
        print(annotate(run.job, "error", str(run.failures[0])))
    print(sentence)
    return int(run.exit_code)


def describe(run: Run) -> str:
    """Return the last line: what was done, and what went wrong."""
    if run.idle_reason:
        return f"{run.job}: nothing to do, {run.idle_reason}"
    figures = ", ".join(f"{name} {value}" for name, value in _tell(run).items() if value)
    done = f"{run.job}: " + ("(dry run) " if run.options.dry_run else "") + figures
    troubles = [_describe_failure(failure) for failure in run.failures]
    return " | ".join(dict.fromkeys([done, *troubles]))


def _tell(run: Run) -> dict[str, str]:
    return (run.tell or tell_poll)(run)


def tell_poll(run: Run) -> dict[str, str]:
    """Return the figures of a job that polls Spotify, by name; an empty one is not said."""
    return {
        "fetched": str(run.fetched_count),
        "new": str(run.new_count),
        "known": str(run.known_count),
        "gaps": str(run.gap_count),
        "spooled": str(run.spooled_count or ""),
        "watermark": _format_moment(run.watermark_at) if run.watermark_at else "",
    }


def _describe_failure(failure: Failure) -> str:
    text = " ".join(str(failure).split())
    if failure.retry_at and _format_moment(failure.retry_at)[:16] not in text:
        text += f" Try again after {_format_moment(failure.retry_at)}."
    return text


def _format_moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _record(run: Run, seconds: float, sentence: str) -> None:
    """Write the run into the books, where they can be reached; the ledger does not depend on it."""
    record = RunRecord(
        job=run.job,
        runner=run.settings.runner,
        trigger=run.settings.trigger,
        seconds=seconds,
        outcome="failed" if run.failures else "done",
        exit_code=int(run.exit_code),
        fetched_count=run.fetched_count,
        new_count=run.new_count,
        known_count=run.known_count,
        gap_count=run.gap_count,
        summary=sentence,
        polled_keys=run.polled_keys,
    )
    try:
        if run.idle_reason:
            note_runner(run.connect(), runner=record.runner, trigger=record.trigger)
        else:
            insert_run(run.connect(), record)
    except Failure as failure:
        if not run.failures:
            run.warnings.append(f"The run could not be recorded. {failure}")


def parse_duration(text: str) -> timedelta:
    """Read "25m", "2h" or "90s"; for argparse, which turns the error into a usage line."""
    found = re.fullmatch(r"([0-9]+)([smh])", text.strip())
    if not found:
        raise argparse.ArgumentTypeError(f"{text!r} is no duration like 25m, 2h or 90s")
    unit = {"s": "seconds", "m": "minutes", "h": "hours"}[found[2]]
    return timedelta(**{unit: int(found[1])})
