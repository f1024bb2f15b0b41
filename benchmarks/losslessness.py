"""What gets lost: thirty days of three listeners, through faults, and polled as rarely as GitHub.

The first trial polls every 30 minutes, two runners in turn, while faults of every kind
come at random, and compares the ledger with what was heard, row for row. The second
polls at the gaps measured on GitHub, where plays are lost, and counts which losses lie in
a recorded gap, which left no evidence, and which gaps hold no loss.
"""

from __future__ import annotations

import argparse
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import simulator
from benchmarks.machine import clean_environ, describe_machine, print_table, run_python
from everheard.database import embedded
from tests.lossless.evidence import lie_in, reveal, weigh
from tests.lossless.months import LISTENERS, poll_rarely, poll_through_faults
from tests.lossless.trial import Trial


def main() -> None:
    """Run both trials, and print a table for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print(describe_machine())
    with new_trial(options.seed) as trial:
        measure_faults(trial, options.days, options.seed)
    with new_trial(options.seed) as trial:
        measure_rarity(trial, options.days)


@contextmanager
def new_trial(seed: int) -> Iterator[Trial]:
    """Start an embedded server, a ledger in it, and a simulated Spotify."""
    with (
        clean_environ() as (folder, environ),
        running_database(folder / "home", environ) as url,
        simulator.running(seed=seed, listeners=list(LISTENERS)) as server,
        mock.patch.dict(os.environ, environ),
    ):
        trial = Trial(server, url, folder)
        try:
            yield trial
        finally:
            trial.close()


@contextmanager
def running_database(home: Path, environ: Mapping[str, str]) -> Iterator[str]:
    """Start an embedded server with an empty ledger; yield its address."""
    server = embedded.start(home)
    try:
        run_python("-m", "migrate", "upgrade", environ={**environ, "DATABASE_URL": server.url})
        yield server.url
    finally:
        embedded.stop(home)
        shutil.rmtree(home, ignore_errors=True)


def measure_faults(trial: Trial, days: int, seed: int) -> None:
    """Compare ledger and truth after ``days`` of bad weather."""
    started = time.monotonic()
    faults = poll_through_faults(trial, days=days, seed=seed)
    print(
        f"\n{days} days, a poll every 30 minutes, {trial.runs} runs"
        f" in {time.monotonic() - started:.0f} s; faults:"
    )
    print(", ".join(f"{count} {name}" for name, count in sorted(faults.counts.items())))
    print(
        f"exit codes: {count_each(trial.exit_codes)}; left in the spool: {trial.count_spooled()}\n"
    )
    print_table(compare(trial))


def compare(trial: Trial) -> list[tuple[str, ...]]:
    """Return the rows of a table: what each listener heard, and what the ledger holds of it."""
    rows: list[tuple[str, ...]] = [
        ("listener", "heard", "in the ledger", "missing", "too many", "gaps recorded")
    ]
    for name, listener in trial.world.listeners.items():
        heard, kept = trial.read_heard(name), trial.read_ledger(name)
        missing, extra = set(heard) - set(kept), len(kept) - len(set(heard) & set(kept))
        figures = (len(heard), len(kept), len(missing), extra, len(trial.read_gaps(name)))
        rows.append((listener.kind, *map(str, figures)))
    return rows


def measure_rarity(trial: Trial, days: int) -> None:
    """Weigh losses and gaps after ``days`` of polls as rare as GitHub's."""
    pages = poll_rarely(trial, days=days)
    print(f"\n{days} days, polled {trial.runs} times at the gaps measured on GitHub\n")
    head = (
        "heard",
        "lost",
        "lost in a gap",
        "lost without evidence",
        "gaps",
        "gaps without a loss",
    )
    rows: list[tuple[str, ...]] = [
        ("listener", *head, "revealed, not in a gap", "gaps where the oldest was known")
    ]
    for name, listener in trial.world.listeners.items():
        heard = [row.played_at for row in trial.read_heard(name)]
        kept = [row.played_at for row in trial.read_ledger(name)]
        gaps = trial.read_gaps(name)
        losses = weigh(heard, kept, gaps)
        revealed = reveal(pages[name])
        told = set(lie_in(sorted(set(heard) - set(kept)), revealed.stretches))
        untold = len(told) - losses.in_gaps
        wrong = len(set(gaps) - set(revealed.stretches))
        rows.append((listener.kind, *map(str, losses), str(untold), str(wrong)))
    print_table(rows)


def count_each(values: list[int]) -> str:
    """Return how often each value occurs."""
    return ", ".join(f"{values.count(value)} x {value}" for value in sorted(set(values)))


if __name__ == "__main__":
    main()
