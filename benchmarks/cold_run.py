"""What the hourly workflow takes on a fresh machine: its own steps, run for real, from nothing.

A checkout, an empty environment and an empty cache of packages; then every command of the
workflow's steps under bash, against the simulator and a real PostgreSQL. What GitHub adds and
this cannot measure: starting the machine, fetching the checkout, uv, and the cache.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple
from unittest import mock

import simulator
from benchmarks.machine import clean_environ, describe_machine, median, print_table
from runner.schedule import find_line
from tests.postgres import start_embedded
from tests.workflows.runner import Runner, prepare_machine
from tests.workflows.test_files import SECRETS, load

BOUND_SECONDS = 45
ARGUMENTS = " ".join(find_line("artists_and_tracks", "actions").arguments)
COMMANDS = f"get_last_50\nartists_and_tracks {ARGUMENTS}\n"
#: Checkout and set-up; the rest is the work.
SET_UP_STEPS = 2


class Took(NamedTuple):
    """Seconds of one run."""

    set_up: float
    work: float

    @property
    def total(self) -> float:
        """Return both together."""
        return self.set_up + self.work


def main() -> None:
    """Measure, and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repetitions", type=int, default=3)
    repetitions = parser.parse_args().repetitions
    print(describe_machine())
    with clean_environ() as (folder, environ), mock.patch.dict(os.environ, environ):
        took = measure(folder, repetitions)
    print(describe_machine())
    head = ("seconds", "set up", "the jobs", "in all", "bound")
    rows = [
        (
            what,
            *(f"{median(values):.1f}" for values in zip(*runs, strict=True)),
            f"{median(run.total for run in runs):.1f}",
            str(BOUND_SECONDS),
        )
        for what, runs in took.items()
    ]
    print_table([head, *rows])


def measure(folder: Path, repetitions: int) -> dict[str, list[Took]]:
    """Run the workflow on fresh machines, with the packages to fetch and with them cached."""
    took: dict[str, list[Took]] = {"packages fetched": [], "packages in the cache": []}
    with start_embedded(folder / "server") as server:
        for number in range(repetitions):
            cache = folder / f"cache-{number}"
            for what, runs in took.items():
                with (
                    server.lend_database(server.template) as url,
                    simulator.running(seed=number + 1) as spotify,
                ):
                    machine = folder / "machine"
                    environ = {**spotify.environ(), "DATABASE_URL": url}
                    runs.append(run_once(machine, environ, cache))
                    shutil.rmtree(machine)
                print(f"{what}: {runs[-1].total:.1f} s", flush=True)
    return took


def run_once(folder: Path, settings: Mapping[str, str], cache: Path) -> Took:
    """Run the hourly workflow on a machine that has nothing but Python and uv."""
    addresses = {name: value for name, value in settings.items() if name.startswith("SPOTIFY_")}
    secrets = {f"secrets__{name}": settings.get(name, "") for name in SECRETS}
    first = prepare_machine(folder, addresses, inputs__commands=COMMANDS, **secrets)
    venv, tools = folder / "venv", folder / "tools"
    tools.mkdir()
    uv = Path(sys.executable).parent / "uv"
    (tools / "uv").symlink_to(uv)
    path = [str(venv / "bin"), str(tools), "/usr/bin", "/bin"]
    first.environ |= {
        "PATH": os.pathsep.join(path),
        "VIRTUAL_ENV": str(venv),
        "UV_CACHE_DIR": str(cache),
        "UV_OFFLINE": "0",
        "PYTHONPYCACHEPREFIX": "",
    }
    first.environ |= {name: value for name, value in os.environ.items() if _is_way_out(name)}
    steps = load("run_job.yml")["jobs"]["run"]["steps"]

    started = time.perf_counter()
    # As the action does that sets up Python.
    subprocess.run(
        [uv, "venv", "--quiet", "--python", sys.executable, str(venv)],
        env=first.environ,
        check=True,
    )
    _run(first, steps[:SET_UP_STEPS])
    ready = time.perf_counter()
    (folder / "work").mkdir()
    second = Runner(first.workspace, folder / "work", first.contexts, first.environ)
    _run(second, steps[SET_UP_STEPS:])
    return Took(ready - started, time.perf_counter() - ready)


def _is_way_out(name: str) -> bool:
    """Say whether a variable is about the way to the package index from here."""
    return name.lower().endswith("_proxy") or name.startswith(("PIP_", "UV_", "SSL_CERT"))


def _run(runner: Runner, steps: list[Mapping[str, object]]) -> None:
    job = load("run_job.yml")["jobs"]["run"]
    run = runner.run({**job, "steps": steps})
    if run.exit_code:
        raise RuntimeError(f"a step ended with {run.exit_code}:\n{run.log}")


if __name__ == "__main__":
    main()
