"""What wraps every job: options, settings, the run's record, its summary, its exit code."""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from everheard.config import Settings, read_settings
from everheard.failure import ConfigurationError, Failure, UnknownZone
from everheard.ledger.listeners import mend_timezones
from everheard.ledger.operations.quota import block_bucket
from everheard.ledger.operations.runs import Operations, RunRecord, insert_run, note_runner
from everheard.pipe import outlive_reader
from everheard.rims.counted import say_counted
from everheard.rims.plain import to_line
from everheard.rims.secrets import hide_secrets
from everheard.rims.terminal import guard_output
from everheard.rims.workflow import print_annotation
from everheard.run.heartbeat import call_at_end, call_at_start
from everheard.run.ledger import LedgerHandle
from everheard.run.outcome import Figures, Outcome, describe
from everheard.run.runner_name import settle_runner
from everheard.run.step_summary import write_step_summary
from everheard.run.warnings import list_warnings

_Done = TypeVar("_Done")


@dataclass
class Run:
    """One run of a job, handed to its work: settings in, troubles out, the ledger in reach."""

    job: str
    settings: Settings
    options: argparse.Namespace
    ledger: LedgerHandle = field(init=False)
    outcome: Outcome = field(default_factory=Outcome)

    def __post_init__(self) -> None:
        self.ledger = LedgerHandle(self.job, self.settings)

    def is_needless(self, operations: Operations) -> bool:
        """Say whether ``--if-stale`` makes this run needless, and keep the reason."""
        stale_after, since_success = self.options.if_stale, operations.since_success
        if not stale_after or since_success is None or since_success >= stale_after:
            return False
        who = "another runner" if operations.is_success_of_other else "this runner"
        minutes = int(since_success.total_seconds() // 60)
        self.outcome.idle_reason = f"{who} succeeded {say_counted(minutes, 'minute')} ago"
        return True

    def with_known_zones(self, work: Callable[[], _Done]) -> _Done:
        """Do work that reckons in local time; where the database lacks a zone, mend and repeat.

        A listener's zone may have come from another database, or from one with newer zones.
        """
        try:
            return work()
        except UnknownZone:
            if self.options.dry_run:
                raise
            mended = mend_timezones(self.ledger.connect(), self.settings.timezone)
            if not mended:
                raise
            self.outcome.warnings += mended
            return work()

    def remember_block(self, bucket: str, until: datetime | None) -> None:
        """Tell all runners until when Spotify wants no calls to a bucket, if the ledger is open."""
        if until is None or self.options.dry_run:
            return
        try:
            block_bucket(
                self.ledger.connect(),
                client_id=self.settings.client_id,
                bucket=bucket,
                blocked_until=until,
            )
        except Failure as trouble:
            warning = f"The pause could not be noted for other runners. {trouble}"
            self.outcome.warnings.append(warning)


@dataclass(frozen=True)
class Job:
    """One job: what it is called, what can be typed after it, and the work itself.

    ``work`` returns what it did; a Failure that it raises ends the run. ``stale_after`` and
    ``load_every`` name the durations that ``--if-stale`` and ``--load-every`` are usually given,
    where the job takes them. ``is_heartbeat``: the job whose silence somebody outside watches
    for (HEALTHCHECK_URL).
    """

    name: str
    documentation: str | None
    work: Callable[[Run], Figures]
    add_options: Callable[[argparse.ArgumentParser], None] = lambda _: None
    stale_after: str = ""
    load_every: str = ""
    needs_spotify: bool = True
    is_heartbeat: bool = False


def run_job(job: Job, argv: list[str] | None = None, settings: Settings | None = None) -> int:
    """Run a job from its command line to its exit code; what it prints is guarded.

    The last line on stdout says what was done, or why not. Every Failure becomes that line and
    its exit code; anything else is a bug and keeps its traceback. ``settings`` None: those of
    the environment.
    """
    outlive_reader()
    with guard_output():
        return _run_guarded(job, argv, settings)


def _run_guarded(job: Job, argv: list[str] | None, settings: Settings | None) -> int:
    options = _make_parser(job).parse_args(argv)
    started = time.monotonic()
    try:
        settings = settings or read_settings(needs_spotify=job.needs_spotify)
    except ConfigurationError as error:
        print("\n".join(error.faults), file=sys.stderr)
        print(f"{job.name}: settings to put right: {len(error.faults)}, named above")
        return int(error.exit_code)
    run = Run(job.name, settings, options)
    called_url = settings.healthcheck_url if job.is_heartbeat and not options.dry_run else ""
    run.outcome.warnings += call_at_start(called_url)
    try:
        figures = Figures()
        with run.outcome.attempt():
            figures = job.work(run)
        run.outcome.warnings += call_at_end(called_url, run.outcome.exit_code)
        return _finish(run, figures, time.monotonic() - started)
    except Exception:
        call_at_end(called_url, 1)
        raise
    finally:
        run.ledger.close()


def _make_parser(job: Job) -> argparse.ArgumentParser:
    """Return the job's parser, with the options that jobs have in common."""
    parser = argparse.ArgumentParser(
        prog=f"python start.py job {job.name}",
        description=job.documentation,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="say what would be done, and write nothing"
    )
    for option, usual, does in (
        (
            "--if-stale",
            job.stale_after,
            "do nothing if any runner has succeeded within this time",
        ),
        (
            "--load-every",
            job.load_every,
            "between loads only fetch, and let the database sleep",
        ),
    ):
        if usual:
            parser.add_argument(option, type=parse_duration, metavar=usual, help=does)
    job.add_options(parser)
    return parser


def parse_duration(text: str) -> timedelta:
    """Read "25m", "2h" or "90s"; for argparse, which turns the error into a usage line."""
    found = re.fullmatch(r"([0-9]+)([smh])", text.strip())
    if not found:
        raise argparse.ArgumentTypeError(f"{text!r} is no duration like 25m, 2h or 90s")
    unit = {"s": "seconds", "m": "minutes", "h": "hours"}[found[2]]
    return timedelta(**{unit: int(found[1])})


def _finish(run: Run, figures: Figures, seconds: float) -> int:
    """Record the run and say how it ended; return its exit code."""
    outcome, settings = run.outcome, run.settings
    # Cleaned here, for the line is printed, written to a page, and kept in etl_run.
    sentence = describe(run.job, figures, outcome, dry_run=run.options.dry_run)
    sentence = to_line(hide_secrets(sentence))
    is_recorded = not run.options.dry_run and not run.ledger.is_asleep
    if is_recorded and run.ledger.operations is None:
        with suppress(Failure):  # before the record, which moves the moment since when gaps are new
            run.ledger.read_operations()
    if run.ledger.operations:
        outcome.warnings[:0] = list_warnings(run.ledger.operations.warnings)
    if is_recorded:
        _record(run, figures, seconds, sentence)
    for warning in outcome.warnings:
        if settings.is_actions:
            print_annotation(run.job, "warning", warning)
        else:
            print(to_line(warning))
    if settings.step_summary:
        ending = [sentence] if outcome.failures or outcome.idle_reason else []
        remarks = [*outcome.warnings, *ending]
        write_step_summary(settings.step_summary, run.job, figures.told, remarks)
    if outcome.failures and settings.is_actions:
        print_annotation(run.job, "error", str(outcome.failures[0]))
    print(sentence)
    return int(outcome.exit_code)


def _record(run: Run, figures: Figures, seconds: float, sentence: str) -> None:
    """Write the run down where the ledger can be reached; nothing else depends on it."""
    settings, outcome = run.settings, run.outcome
    record = RunRecord(
        job=run.job,
        runner=settle_runner(settings),
        trigger=settings.trigger,
        seconds=seconds,
        outcome="failed" if outcome.failures else "done",
        exit_code=int(outcome.exit_code),
        fetched_count=figures.fetched_count,
        new_count=figures.new_count,
        known_count=figures.known_count,
        gap_count=figures.gap_count,
        summary=sentence,
        polled_keys=figures.polled_keys,
    )
    try:
        if outcome.idle_reason:
            note_runner(run.ledger.connect(), runner=record.runner, trigger=record.trigger)
        else:
            insert_run(run.ledger.connect(), record)
    except Failure as failure:
        if not outcome.failures:
            outcome.warnings.append(f"The run could not be recorded. {failure}")
