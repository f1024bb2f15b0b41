"""Import a whole listening history from Spotify's privacy export.

When:   by hand, as often as you like: python start.py import my_spotify_data.zip
Reads:  zips, folders, files and patterns with the extended streaming history; no call to Spotify.
Writes: fact_play (grain: listener, moment, track), fact_episode_play (listener, moment, episode);
        tracks, albums, artists, shows and episodes by name; what became of every row;
        gaps that the history covers are closed.
Again:  a second import of the same files adds nothing; one that was cut off is completed.
"""

from __future__ import annotations

import argparse
import sys
import time
from contextlib import closing
from pathlib import Path

from everheard.failure import ExitCode, Failure
from everheard.history.account import Account, FileSpan, Report, describe_account, find_spans
from everheard.history.folder import private_folder
from everheard.history.reader import Batch, BatchReader
from everheard.history.sources import ExportFile, find_sources, show_progress, split_batches
from everheard.run import Run, run_job
from everheard.warehouse.catalogue import join_names
from everheard.warehouse.export import (
    ExportResult,
    ImportTarget,
    find_target,
    load_export,
)
from everheard.warehouse.summaries import derive_summaries

JOB = "import_history"
FILES_PER_BATCH = 12


class BadInput(Failure):
    """Something that was named could not be imported; whatever could, was."""

    exit_code = ExitCode.BAD_INPUT


def main(argv: list[str] | None = None) -> int:
    """Run the job; return its exit code."""
    job = Import()
    return run_job(JOB, __doc__, job.run, argv, _add_options, needs_spotify=False, tell=job.tell)


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="+", metavar="FILE", help="zip, folder, file or pattern")
    parser.add_argument("--listener", metavar="NAME", help="whose history, if you are several")
    parser.add_argument(
        "--report", type=Path, metavar="FILE", help="write every row that did not become a play"
    )
    parser.add_argument(
        "--yes", action="store_true", help="import zips of more than 2 GB unpacked, too"
    )


class Import:
    """One import: what became of all that was named."""

    def __init__(self) -> None:
        self.account = Account()
        self.refusals: list[tuple[str, str]] = []
        self._spans: list[tuple[ExportFile, FileSpan]] = []

    def tell(self, _: Run) -> dict[str, str]:
        """Return the figures of the last line."""
        return self.account.tell()

    def run(self, run: Run) -> None:
        """Find the files, read and load them batch by batch, and account for every row."""
        started = time.monotonic()
        found = find_sources(run.options.paths, accepts_large=run.options.yes)
        self.refusals += found.refusals
        self.account.passed_over_count = len(found.passed_over)
        try:
            if found.files:
                self.load(run, found.files)
        finally:
            self._note(run)
        if self.account.file_count:
            print(describe_account(self.account, time.monotonic() - started))

    def load(self, run: Run, files: list[ExportFile]) -> None:
        """Load all files; what was committed stays: the same import completes it."""
        target = find_target(run.connect(), run.options.listener, run.settings)
        # A dry run is one batch, because nothing of a batch is kept for the next to meet.
        size = len(files) if run.options.dry_run else FILES_PER_BATCH
        with (
            private_folder(run.settings.home) as folder,
            closing(BatchReader(folder, run.settings.corrects_offline, target.now)) as reader,
            closing(Report(run.options.report)) as report,
            show_progress(files) as progress,
        ):
            for part, batch in reader.read_ahead(split_batches(files, size)):
                is_last = part[-1] is files[-1]
                result = self._load_batch(run, part, batch, target, report, is_last=is_last)
                reader.note_keys(*result.track_keys)
                if not run.options.dry_run:
                    target = target._replace(listener_key=result.listener_key)
                progress.update(sum(file.size for file in part))
            if not run.options.dry_run and target.listener_key is not None:
                progress.set_description("adding up")
                join_names(run.connect())
                derive_summaries(run.connect(), run.settings, target.listener_key)

    def _load_batch(
        self,
        run: Run,
        files: list[ExportFile],
        batch: Batch,
        target: ImportTarget,
        report: Report,
        *,
        is_last: bool,
    ) -> ExportResult:
        self.refusals += batch.refusals
        self._spans += [(files[number], span) for number, span in batch.spans.items()]
        result = load_export(
            run.connect(),
            target=target,
            tables=batch.tables,
            spans=find_spans(self._spans) if is_last else None,
            dry_run=run.options.dry_run,
        )
        for file in result.accounts:
            self.account.add_file(file, batch.spans.get(file.file_number))
        for rows in (batch.skipped, result.skipped):
            self.account.add_skips(rows)
            report.add(files, rows)
        if result.coverage:
            self.account.add_coverage(*result.coverage)
        return result

    def _note(self, run: Run) -> None:
        """Hand the counts, the refusals and any doubt to the run."""
        run.fetched_count = self.account.read_count
        run.new_count = self.account.new_count
        run.known_count = self.account.known_count
        run.warnings += self.account.find_doubts()
        run.failures += [BadInput(f"{name} {reason}.") for name, reason in self.refusals]


if __name__ == "__main__":
    sys.exit(main())
