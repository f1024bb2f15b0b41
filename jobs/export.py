"""Bring the ledger out, as files and databases that other programs read.

When:   daily on Actions, if chosen, or by hand (`python start.py export parquet:FOLDER`).
Reads:  the views (bi) and the tables, of one moment; no call to Spotify.
Writes: what is named; nothing in the ledger.
Grain:  one file a table; of plays one a listener and year where the target takes several.
Again:  a second run writes only what has changed.
"""

from __future__ import annotations

import argparse
import secrets
import sys
from collections.abc import Generator, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

from everheard.export.known import note_export
from everheard.export.queries import Selection
from everheard.export.snapshot import Piece, hold_snapshot, read_pieces
from everheard.export.target import Done, Reach, Target
from everheard.export.targets import HOW, open_target
from everheard.failure import ConfigurationError, ExitCode, Failure
from everheard.files import lend_folder, make_folder
from everheard.lock import lock_file
from everheard.rims.terminal import find_bare
from everheard.run.job import Job, Run, run_job
from everheard.run.outcome import Figures, say_nobody
from everheard.run.whose import add_whose, choose_shown, read_everybody


class ExportAtWork(Failure):
    """Somebody else exports here just now."""

    exit_code = ExitCode.TRY_LATER


def main(argv: list[str] | None = None) -> int:
    """Run the job; return its exit code."""
    return run_job(JOB, argv)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add where the rows go, whose, and since when."""
    parser.add_argument("targets", nargs="*", metavar="WHAT", help=f"where to: {HOW} (mongodb)")
    add_whose(parser)
    parser.add_argument(
        "--since",
        type=date.fromisoformat,
        metavar="DATE",
        help="only plays from this day on (2026-01-31); older ones stay there as they are",
    )


def work(run: Run) -> Figures:
    """Write each target; what goes wrong with one costs no other."""
    _check_since(run.options.since)
    everybody = read_everybody(run)
    if not everybody:
        run.outcome.idle_reason = say_nobody(run.settings.home)
        return Figures()
    keys = tuple(one.listener_key for one in choose_shown(run, everybody))
    selection = Selection(keys, run.options.since)
    total = Done()
    for word in run.options.targets or ["mongodb"]:
        with run.outcome.attempt():
            target = open_target(word, run.settings)
            total.add(run.with_known_zones(lambda: _export(run, target, selection)))  # noqa: B023
            if not run.options.dry_run:
                note_export(run.settings.home, word, run.options.listener)
    return Figures(
        {
            "plays": f"{total.play_count}",
            "rows": f"{total.row_count}",
            "written": f"{total.written_count}",
            "taken away": f"{total.gone_count}" if total.gone_count else "",
        },
        fetched_count=total.row_count,
        new_count=total.written_count,
    )


def _check_since(since: date | None) -> None:
    if since and since > datetime.now(UTC).date():
        raise ConfigurationError([f"--since {since} is in the future: name a day that has begun"])


def _export(run: Run, target: Target, selection: Selection) -> Done:
    connection = run.ledger.connect()
    with hold_snapshot(connection):
        relations = target.list_relations(connection)

        def take(folder: Path) -> Generator[Piece, None, None]:
            yield from _show(read_pieces(connection, relations, selection, target.form, folder))

        make_folder(run.settings.home)
        if not run.options.dry_run:
            with _be_alone(run):
                return target.write(take, Reach(selection))
        done = Done()
        beside = run.settings.home / f"export-{secrets.token_hex(4)}"
        with lend_folder(beside) as folder, closing(take(folder)) as pieces:
            for piece in pieces:
                done.note(piece)
        return done


@contextmanager
def _be_alone(run: Run) -> Iterator[None]:
    """Let one export of this machine write at a time: two would tread on each other's files."""
    with ExitStack() as stack:
        try:
            stack.enter_context(lock_file(run.settings.home / "export.lock", wait_seconds=0))
        except TimeoutError:
            raise ExportAtWork("Another export is at work on this machine: wait for it.") from None
        yield


def _show(pieces: Generator[Piece, None, None]) -> Iterator[Piece]:
    """Show how many rows have left, on stderr, where that is a terminal."""
    from tqdm import tqdm

    with (
        closing(pieces),
        tqdm(
            unit=" rows", unit_scale=True, disable=None, leave=False, file=find_bare(sys.stderr)
        ) as progress,
    ):
        for piece in pieces:
            progress.set_description(piece.relation.name)
            yield piece
            progress.update(piece.row_count)


JOB = Job("export", __doc__, work, add_options, needs_spotify=False)


if __name__ == "__main__":
    sys.exit(main())
