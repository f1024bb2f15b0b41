"""How long moving a ledger takes, compared and all, beside pg_dump and psql of the same.

python start.py benchmark move [--rows 1000000] [--repetitions 3]

Two embedded servers: one holds an imported history, the other is empty. In turn the ledger is
moved into a new database there, tables, data, indexes, comparison; and dumped into psql.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import psycopg2

from benchmarks.import_history import PROJECT_DIR, read
from benchmarks.machine import median
from everheard.database import embedded


class MoveCost(NamedTuple):
    """One way of moving, begun and ended: wall time, and the greatest memory of its processes."""

    seconds: float
    megabytes: float


def main(argv: list[str] | None = None) -> int:
    """Measure, and print one line of JSON a figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repetitions", type=int, default=3)
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="everheard-benchmark-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        homes = folder / "old", folder / "new"
        try:
            old, new = (embedded.start(home).url for home in homes)
            fill(folder, old, options.rows)
            measure(old, new, options.repetitions)
        finally:
            for home in homes:
                embedded.stop(home)
    return 0


def fill(folder: Path, url: str, row_count: int) -> None:
    """Import a history into a new ledger."""
    # By a process of its own: what this one holds would be counted as its children's memory.
    write = "import sys, pathlib, benchmarks.history_data as data; data.write_history(pathlib.Path"
    run([sys.executable, "-c", f"{write}(sys.argv[1]), {row_count})", str(folder / "history")], {})
    environ = {"DATABASE_URL": url, "EVERHEARD_HOME": str(folder / "work")}
    run([sys.executable, "-m", "migrate", "upgrade"], environ)
    run([sys.executable, "-m", "jobs.import_history", str(folder / "history")], environ)
    os.sync()


def measure(old: str, new: str, repetitions: int) -> None:
    """Move and dump in turn; print each one's median, and their ratio."""
    costs: dict[str, list[MoveCost]] = {"dump": [], "move": []}
    for number in range(repetitions):
        for name, found in costs.items():
            database = f"{name}_{number}"
            execute(new, f"create database {database}")
            target = new.replace("/everheard?", f"/{database}?", 1)
            found.append(move(old, target) if name == "move" else dump(old, target))
            execute(new, f"drop database {database} with (force)")
    seconds = {name: median([cost.seconds for cost in found]) for name, found in costs.items()}
    (rows,) = read(old, "select count(*) from warehouse.fact_play")
    for name, found in costs.items():
        memory = max(cost.megabytes for cost in found)
        print(json.dumps({"name": name, "seconds": round(seconds[name], 1), "memory_mb": memory}))
    ratio = round(seconds["move"] / seconds["dump"], 2)
    print(json.dumps({"plays": rows, "times_dump": ratio}))


def move(old: str, new: str) -> MoveCost:
    """Move the ledger by the command."""
    words = [sys.executable, "-m", "migrate", "copy", "--from", "OLD_URL", "--to", "NEW_URL"]
    return run(words, {"OLD_URL": old, "NEW_URL": new})


def dump(old: str, new: str) -> MoveCost:
    """Have pg_dump write into psql, as the manual says."""
    programs = embedded.bin_dir()
    started = time.monotonic()
    with (
        subprocess.Popen(
            [programs / "pg_dump", "--no-owner", "--no-privileges", old], stdout=subprocess.PIPE
        ) as sender,
        subprocess.Popen(
            [programs / "psql", "-q", "-v", "ON_ERROR_STOP=1", new],
            stdin=sender.stdout,
            stdout=subprocess.DEVNULL,
        ) as taker,
    ):
        _, status, usage = os.wait4(taker.pid, 0)
        taker.returncode = os.waitstatus_to_exitcode(status)
        if taker.returncode or sender.wait():
            raise RuntimeError("pg_dump or psql failed")
    return MoveCost(time.monotonic() - started, round(usage.ru_maxrss / 1024))


def run(command: Sequence[str], environ: dict[str, str]) -> MoveCost:
    """Run a process to its end; raise where it fails."""
    started = time.monotonic()
    with subprocess.Popen(
        command, cwd=PROJECT_DIR, env={**os.environ, **environ}, stdout=subprocess.DEVNULL
    ) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{command[:3]} ended with {process.returncode}")  # no address in it
    return MoveCost(time.monotonic() - started, round(usage.ru_maxrss / 1024))


def execute(url: str, statement: str) -> None:
    """Run one statement outside any transaction."""
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)


if __name__ == "__main__":
    sys.exit(main())
