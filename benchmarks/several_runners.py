"""Whether two or three runners at once leave one ledger: through a pooler, with wrong clocks.

The trial is that of the test suite (tests/lossless/crowd.py), for longer. Needs PgBouncer
(Debian: ``apt-get install pgbouncer``), which runs in transaction mode, as strict as Neon's.
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path
from unittest import mock

import simulator
from benchmarks.losslessness import compare
from benchmarks.machine import clean_environ, describe_machine, print_table
from tests.lossless.crowd import Crowd
from tests.lossless.trial import Trial
from tests.postgres import start_embedded, start_pooler


def main() -> None:
    """Let the runners meet, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print(describe_machine())
    with clean_environ() as (folder, environ), mock.patch.dict(os.environ, environ):
        measure(folder, options.rounds, options.seed)
    print(describe_machine())


def measure(folder: Path, rounds: int, seed: int) -> None:
    """Run the trial in a folder; print how the processes ended and what the ledger holds."""
    with (
        start_embedded(folder / "server") as server,
        start_pooler(server, folder / "pooler") as through_pooler,
        server.lend_database(server.template) as url,
        simulator.running(seed=seed, listeners=["heavy", "steady"], tracks=1000) as spotify,
    ):
        trial = Trial(spotify, url, folder)
        crowd = Crowd(trial, through_pooler(url), folder, seed=seed)
        started = time.monotonic()
        crowd.meet(rounds)
        seconds = time.monotonic() - started
        ends = ", ".join(f"{count} x {end}" for end, count in sorted(crowd.count_ends().items()))
        print(
            f"\n{rounds} rounds, {len(crowd.outcomes)} processes in {seconds:.0f} s; ends: {ends}"
        )
        wrong = f"{min(crowd.minutes_wrong):+.0f} to {max(crowd.minutes_wrong):+.0f} minutes"
        print(f"clocks: {wrong}; left in the spool: {trial.count_spooled()}")
        ill = [one for one in crowd.outcomes if not one.is_well]
        print(f"processes that ended otherwise than they should: {len(ill)}")
        print("\n".join(one.said for one in ill))
        for words in ("deadlock detected", "canceling statement due to lock timeout", "ERROR:"):
            print(f"{words!r} in the server's log: {server.read_log().count(words)}")
        print()
        print_table(compare(trial))
        trial.close()


if __name__ == "__main__":
    main()
