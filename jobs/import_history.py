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
from everheard.ledger.history import HistoryResult, ImportTarget, find_target, load_history
from everheard.ledger.recordings import join_names
from everheard.ledger.summaries import derive_summaries
from everheard.rims.plain import to_line
from everheard.run.job import Job, Run, run_job
from everheard.run.outcome import Figures
from everheard.sources.spotify_export.files import (
    HistoryFile,
    find_sources,
    show_progress,
    split_batches,
)
from everheard.sources.spotify_export.folder import private_folder
from everheard.sources.spotify_export.reader import Batch, BatchReader
from everheard.sources.spotify_export.tally import (
    FileSpan,
    ImportTally,
    SkipReport,
    describe_tally,
    find_spans,
)

FILES_PER_BATCH = 12


class BadInput(Failure):
    """Something that was named could not be imported; whatever could, was."""

    exit_code = ExitCode.BAD_INPUT


def main(argv: list[str] | None = None) -> int:
    """Run the job; return its exit code."""
    return run_job(JOB, argv)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what to import, whose it is, and where to write what was left out."""
    parser.add_argument("paths", nargs="+", metavar="FILE", help="zip, folder, file or pattern")
    parser.add_argument("--listener", metavar="NAME", help="whose history, if you are several")
    parser.add_argument(
        "--report", type=Path, metavar="FILE", help="write every row that did not become a play"
    )
    parser.add_argument(
        "--yes", action="store_true", help="import zips of more than 2 GB unpacked, too"
    )


def work(run: Run) -> Figures:
    """Find the files, read and load them batch by batch, and account for every row."""
    started = time.monotonic()
    found = find_sources(run.options.paths, accepts_large=run.options.yes)
    history = Import(run, found.refusals)
    history.tally.passed_over_count = len(found.passed_over)
    if found.files:
        with run.outcome.attempt():
            history.load(found.files)
    run.outcome.warnings += history.tally.find_doubts()
    run.outcome.failures[:0] = [
        BadInput(f"{to_line(name)} {reason}.") for name, reason in history.refusals
    ]
    if history.tally.file_count:
        print(describe_tally(history.tally, time.monotonic() - started))
    tally = history.tally
    return Figures(tally.tell(), tally.read_count, tally.new_count, tally.known_count)


class Import:
    """One import: what became of all that was named."""

    def __init__(self, run: Run, refusals: list[tuple[str, str]]) -> None:
        self.tally = ImportTally()
        self.refusals = refusals
        self._run = run
        self._spans: list[tuple[HistoryFile, FileSpan]] = []

    def load(self, files: list[HistoryFile]) -> None:
        """Load all files; what was committed stays: the same import completes it."""
        run, connection = self._run, self._run.ledger.connect()
        target = find_target(connection, run.options.listener, run.settings)
        # A dry run is one batch, because nothing of a batch is kept for the next to meet.
        size = len(files) if run.options.dry_run else FILES_PER_BATCH
        with (
            private_folder(run.settings.home) as folder,
            closing(BatchReader(folder, run.settings.corrects_offline, target.now)) as reader,
            closing(SkipReport(run.options.report)) as report,
            show_progress(files) as progress,
        ):
            for part, batch in reader.read_ahead(split_batches(files, size)):
                is_last = part[-1] is files[-1]
                result = self._load_batch(part, batch, target, report, is_last=is_last)
                reader.note_keys(*result.track_keys)
                if not run.options.dry_run:
                    target = target._replace(listener_key=result.listener_key)
                progress.update(sum(file.size for file in part))
            if not run.options.dry_run and target.listener_key is not None:
                progress.set_description("adding up")
                join_names(connection)
                whose = target.listener_key
                run.with_known_zones(lambda: derive_summaries(connection, run.settings, whose))

    def _load_batch(
        self,
        files: list[HistoryFile],
        batch: Batch,
        target: ImportTarget,
        report: SkipReport,
        *,
        is_last: bool,
    ) -> HistoryResult:
        self.refusals += batch.refusals
        self._spans += [(files[number], span) for number, span in batch.spans.items()]
        result = load_history(
            self._run.ledger.connect(),
            target=target,
            tables=batch.tables,
            spans=find_spans(self._spans) if is_last else None,
            dry_run=self._run.options.dry_run,
        )
        for file in result.tallies:
            self.tally.add_file(file, batch.spans.get(file.file_number))
        for rows in (batch.skipped, result.skipped):
            self.tally.add_skips(rows)
            report.add(files, rows)
        if result.coverage:
            self.tally.add_coverage(*result.coverage)
        return result


JOB = Job("import_history", __doc__, work, add_options, needs_spotify=False)


if __name__ == "__main__":
    sys.exit(main())
