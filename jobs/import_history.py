"""Import a whole listening history from Spotify's privacy export.

When:   by hand, as often as you like: python start.py import my_spotify_data.zip
Reads:  zips, folders, files and patterns with the extended streaming history; no call to Spotify.
Writes: fact_play (grain: listener, moment, track), fact_episode_play (listener, moment, episode);
        tracks, albums, artists, shows and episodes by name; what became of every row;
        gaps that the history covers are closed.
Again:  a second import of the same files adds nothing; of one that was cut off nothing was kept.
"""

from __future__ import annotations

import argparse
import sys
import time
from contextlib import closing
from pathlib import Path

from everheard.config import read_settings
from everheard.database.connect import connect
from everheard.failure import ExitCode, Failure
from everheard.ledger.history import (
    BatchResult,
    HistoryLoad,
    ImportLabel,
    find_target,
    load_history,
)
from everheard.ledger.imports import describe_imports, read_imports
from everheard.ledger.recordings import join_names
from everheard.ledger.summaries import derive_summaries
from everheard.rims.plain import to_line
from everheard.run.job import Job, Run, run_job
from everheard.run.outcome import Figures
from everheard.sources.spotify_export.covered import find_covered
from everheard.sources.spotify_export.files import (
    HistoryFile,
    find_sources,
    show_progress,
    split_batches,
)
from everheard.sources.spotify_export.found import describe_passed_over
from everheard.sources.spotify_export.judge import judge_files, judge_plays, tell_strange_keys
from everheard.sources.spotify_export.reader import Batch, BatchReader
from everheard.sources.spotify_export.tally import (
    ImportAccount,
    SkipReport,
    describe_tally,
)
from everheard.workplace import private_folder

FILES_PER_BATCH = 12


class BadInput(Failure):
    """Something that was named could not be imported; whatever could, was."""

    exit_code = ExitCode.BAD_INPUT


class RefusedImport(Failure):
    """What was read is hardly this listener's history: nothing of it was kept."""

    exit_code = ExitCode.BAD_INPUT

    def __init__(self, faults: list[str]) -> None:
        super().__init__(
            "Nothing was imported. "
            + ". ".join(faults)
            + ". If it is right all the same, add --anyway: it closes no gap then."
        )


def main(argv: list[str] | None = None) -> int:
    """Run the job; return its exit code. With ``--list`` only the imports so far are shown."""
    words = sys.argv[1:] if argv is None else argv
    return show_imports() if "--list" in words else run_job(JOB, words)


def show_imports() -> int:
    """Print every import so far; nothing of it is a run."""
    with closing(connect(read_settings(needs_spotify=False), application=JOB.name)) as connection:
        print(describe_imports(read_imports(connection)))
    return 0


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what to import, whose it is, and where to write what was left out."""
    parser.add_argument("paths", nargs="*", metavar="FILE", help="zip, folder, file or pattern")
    parser.add_argument("--listener", metavar="NAME", help="whose history, if you are several")
    parser.add_argument(
        "--report", type=Path, metavar="FILE", help="write every row that did not become a play"
    )
    parser.add_argument(
        "--yes", action="store_true", help="import zips of more than 2 GB unpacked, too"
    )
    parser.add_argument(
        "--anyway", action="store_true", help="import what was refused, too; it closes no gap"
    )
    parser.add_argument("--list", action="store_true", help="list the imports so far, no more")


def work(run: Run) -> Figures:
    """Find the files, read and load them batch by batch, and account for every row."""
    if not run.options.paths:
        raise BadInput("Name what to import: `python start.py import my_spotify_data.zip`.")
    started = time.monotonic()
    with closing(SkipReport(run.options.report)) as report:
        found = find_sources(run.options.paths, accepts_large=run.options.yes)
        history = Import(run, found.files, report)
        if found.files:
            run.outcome.warnings += tell_strange_keys(found.files)
            with run.outcome.attempt():
                history.load()
    if found.passed_over:
        print(describe_passed_over(found.passed_over))
    tally, refusals = history.done.tally, [*found.refusals, *history.done.refusals]
    tally.passed_over_count = len(found.passed_over)
    run.outcome.warnings += tally.find_doubts()
    run.outcome.failures[:0] = [BadInput(f"{to_line(name)} {reason}.") for name, reason in refusals]
    if tally.file_count:
        print(describe_tally(tally, time.monotonic() - started))
    return Figures(tally.tell(), tally.read_count, tally.new_count, tally.known_count)


class Import:
    """One import, in one transaction: it is kept whole, or not at all."""

    def __init__(self, run: Run, files: list[HistoryFile], report: SkipReport) -> None:
        self.done = ImportAccount()
        self._run = run
        self._files = files
        self._report = report

    def load(self) -> None:
        """Load all files; where they are refused, or something fails, nothing of them is kept."""
        run, connection = self._run, self._run.ledger.connect()
        target = find_target(connection, run.options.listener, run.settings)
        sources = sorted({file.source_name for file in self._files})
        label = ImportLabel(sources, len(self._files), run.options.anyway)
        with (
            private_folder(run.settings.home) as folder,
            closing(BatchReader(folder, target.now)) as reader,
            show_progress(self._files) as progress,
        ):
            parts = split_batches(self._files, FILES_PER_BATCH)

            def load(history: HistoryLoad) -> int:
                self.done = ImportAccount()
                progress.reset()
                for part, batch in reader.read_ahead(parts):
                    result = history.add(batch.tables)
                    reader.note_keys(*result.track_keys)
                    self._note(part, batch, result)
                    progress.update(sum(file.size for file in part))
                self._finish(history)
                return history.listener_key

            try:
                whose = load_history(
                    connection, target=target, label=label, load=load, dry_run=run.options.dry_run
                )
            except Failure:
                self.done = ImportAccount(refusals=self.done.refusals)
                raise
            for part, rows in self.done.skipped:
                self._report.add(part, rows)
            if not run.options.dry_run:
                progress.set_description("adding up")
                join_names(connection)
                run.with_known_zones(lambda: derive_summaries(connection, run.settings, whose))

    def _note(self, files: list[HistoryFile], batch: Batch, result: BatchResult) -> None:
        self.done.add(files, batch.spans, batch.digests, batch.refusals)
        for file in result.tallies:
            self.done.tally.add_file(file, batch.spans.get(file.file_number))
        for rows in (batch.skipped, result.skipped):
            self.done.add_skips(files, rows)

    def _finish(self, history: HistoryLoad) -> None:
        """Judge the import, then note what it covers; raise Failure where nothing is to be kept."""
        done, is_forced = self.done, self._run.options.anyway
        if not done.tally.file_count:
            name, reason = done.refusals.pop(0)
            raise BadInput(f"{name} {reason}.")
        told = [span.stretch for file, span in done.spans if file.is_audio and span.stretch]
        judgement = history.judge(told)
        faults = judge_files(done.spans) + judge_plays(*judgement)
        if faults and not is_forced:
            raise RefusedImport(faults)
        done.tally.add_judgement(judgement.polled_count, judgement.partnered_count)
        spans = [] if is_forced else find_covered(list(done.list_audio(self._files)))
        done.tally.gap_closed_count = history.finish(done.tally.told, done.tally.new_count, spans)


JOB = Job("import_history", __doc__, work, add_options, needs_spotify=False)


if __name__ == "__main__":
    sys.exit(main())
