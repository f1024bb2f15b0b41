"""Run the jobs on schedule, one after the other, until told to stop: what the container does.

``python -m runner FOLDER`` keeps going; with ``--check`` it says by its exit code whether the
first job of the schedule still succeeds.
"""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from pathlib import Path

from runner.keep_going import Runner, is_healthy
from runner.schedule import SCHEDULE, read_place


def main() -> int:
    """Keep going until told to stop, or check; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m runner", description=__doc__)
    parser.add_argument("--check", action="store_true", help="only say whether plays still come in")
    parser.add_argument("--schedule", type=Path, default=SCHEDULE, metavar="FILE")
    parser.add_argument("folder", type=Path, help="where to note which job was done when")
    options = parser.parse_args()
    lines = read_place("container", options.schedule)
    if options.check:
        return 0 if is_healthy(lines[0], options.folder) else 1
    options.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    print(f"runner: {len(lines)} jobs, first {lines[0].job}", flush=True)
    Runner(lines, options.folder, stopping).keep_going()
    print("runner: stopped", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
