"""What the hourly job costs: processor time, calls, statements, and with a million plays.

Everything is measured in one run on one machine, the contestants in turn, so that
what is bounded are ratios; each figure is a median. The job runs as a process of its
own against the simulator and the embedded server, exactly as on a listener's machine.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit, urlunsplit

import psycopg2

import simulator
from benchmarks.machine import (
    Cost,
    clean_environ,
    describe_machine,
    median,
    print_table,
    repeat_in_turn,
    run_python,
)
from everheard.database import embedded
from everheard.database.embedded.folder import find_layout
from everheard.database.statements import render, send
from everheard.ledger import flows
from everheard.ledger.summaries import render_summaries
from simulator.clock import MINUTE_MS

JOB = ("-m", "jobs.get_last_50")
FLOOR = ("-c", "import requests, sqlalchemy, psycopg2, pandas")
NEW_PLAYS = 12
#: As many plays as one poll may bring without a gap: at least one of the page is known.
STEP = 40
TODAYS_TRACKS = 200
_LARGE_LEDGER = Path(__file__).with_name("large_ledger.sql")


class TableLine(NamedTuple):
    """One line of the table."""

    what: str
    figure: str
    bound: str
    detail: str = ""


class JobRun(NamedTuple):
    """One run of the job: seconds, and what the server's log says of it.

    A statement is a line of the log, which is a round trip.
    """

    wall: float
    cpu: float
    statements: int
    server_ms: float


class MeasuredLedger:
    """One database of the benchmark's server, and how the job is run on it."""

    def __init__(self, url: str, environ: Mapping[str, str], log: Path) -> None:
        self.url = url
        self._environ = {**environ, "DATABASE_URL": url}
        self._log = log

    def run_job(self) -> JobRun:
        """Run ``get_last_50`` once, and read in the server's log what it asked."""
        before = self._log.stat().st_size
        cost = run_python(*JOB, environ=self._environ)
        with self._log.open(encoding="utf-8", errors="replace") as log:
            log.seek(before)
            durations = re.findall(r"duration: ([\d.]+) ms", log.read())
        return JobRun(cost.wall, cost.cpu, len(durations), sum(map(float, durations)))

    def execute(self, statement: str, parameters: Mapping[str, object] | None = None) -> None:
        """Run statements in one transaction of their own."""
        with closing(psycopg2.connect(self.url)) as opened, opened, opened.cursor() as cursor:
            cursor.execute(statement, parameters)

    def summarise(self, listener_key: int) -> None:
        """Derive all summaries, as the load that brought the plays would have done."""
        with closing(psycopg2.connect(self.url)) as opened, opened, opened.cursor() as cursor:
            touched = render(cursor, flows.ALL_MONTHS, {"listener_key": listener_key})
            send(cursor, touched, render_summaries(cursor, listener_key))

    def vacuum(self) -> None:
        """Leave the tables as an idle server would have them by now."""
        with closing(psycopg2.connect(self.url)) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("vacuum analyze")


class ScriptedListener:
    """A listener who hears what the benchmark wants them to hear."""

    def __init__(self, world: simulator.World) -> None:
        self._world = world
        self._tracks = [track for track in world.catalogue.tracks if track.id][:TODAYS_TRACKS]
        self._heard = 0

    def hear(self, count: int) -> None:
        """Hear so many plays, one every four minutes, each track in its turn."""
        for _ in range(count):
            self._world.clock.advance(4 * MINUTE_MS / 1000)
            # 7 and 200 have no common divisor: every track comes, in no order of theirs.
            self._world.hear(self._tracks[self._heard * 7 % TODAYS_TRACKS])
            self._heard += 1


def main() -> None:
    """Measure, and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repetitions", type=int, default=15)
    repetitions = parser.parse_args().repetitions
    print(describe_machine())
    with clean_environ() as (folder, environ), simulated() as server:
        settings = {**environ, **server.environ()}
        with two_ledgers(folder, settings) as (small, large):
            listener = ScriptedListener(server.world)
            prepare(listener, small, large)
            measures = [
                *measure_processor(repetitions, settings, small),
                *measure_calls(server, listener, small),
                *measure_size(repetitions, listener, small, large),
            ]
    print(describe_machine())
    print_table([("measure", "figure", "bound", "detail"), *measures])


@contextmanager
def simulated() -> Iterator[simulator.SimulatedServer]:
    """Run a Spotify whose listener hears nothing by themselves."""
    with simulator.running(seed=5, listeners=["quiet"], history_days=0) as server:
        yield server


@contextmanager
def two_ledgers(
    folder: Path, environ: Mapping[str, str]
) -> Iterator[tuple[MeasuredLedger, MeasuredLedger]]:
    """Start an embedded server for the purpose; lend two empty ledgers that it logs."""
    home = folder / "home"
    started = embedded.start(home)
    try:
        log = find_layout(home).log
        ledgers = []
        for name in ("small", "large"):
            url = urlunsplit(urlsplit(started.url)._replace(path=f"/{name}"))
            with closing(psycopg2.connect(started.url)) as connection:
                connection.autocommit = True
                with connection.cursor() as cursor:
                    cursor.execute(f"create database {name}")
                    cursor.execute(f"alter database {name} set log_min_duration_statement = 0")
            run_python("-m", "migrate", "upgrade", environ={**environ, "DATABASE_URL": url})
            ledgers.append(MeasuredLedger(url, environ, log))
        yield ledgers[0], ledgers[1]
    finally:
        embedded.stop(home)


def prepare(listener: ScriptedListener, small: MeasuredLedger, large: MeasuredLedger) -> None:
    """Let both ledgers know today's tracks, then give one of them its past."""
    for _ in range(TODAYS_TRACKS // STEP):
        listener.hear(STEP)
        small.run_job()
        large.run_job()
    large.execute(_LARGE_LEDGER.read_text(encoding="utf-8"), {"listener_key": 1})
    large.vacuum()
    large.summarise(1)
    for ledger in (small, large):
        ledger.vacuum()


def measure_processor(
    repetitions: int, settings: Mapping[str, str], small: MeasuredLedger
) -> Iterator[TableLine]:
    """Compare a warm run's processor time with that of four imports and nothing else."""
    run_python("-m", "migrate", "upgrade", environ=settings)
    on_embedded = partial(run_python, *JOB, environ=settings)
    for cold in (on_embedded, small.run_job):
        cold()
    contestants: dict[str, Callable[[], Cost | JobRun]] = {
        "floor": partial(run_python, *FLOOR, environ=settings),
        "job": small.run_job,
        "embedded": on_embedded,
    }
    results = repeat_in_turn(repetitions, contestants)
    cpu = {name: median(cost.cpu for cost in costs) for name, costs in results.items()}
    for name, where in {"job": "DATABASE_URL set", "embedded": "embedded server"}.items():
        yield TableLine(
            f"processor time of a warm run, {where}",
            f"{cpu[name] / cpu['floor']:.2f}",
            "0.4",
            f"{cpu[name] * 1000:.0f} ms against {cpu['floor'] * 1000:.0f} ms of imports",
        )


def measure_calls(
    server: simulator.SimulatedServer, listener: ScriptedListener, small: MeasuredLedger
) -> Iterator[TableLine]:
    """Count HTTP calls at the simulator and statements in the database's log."""
    for what, new_plays, bounds in (
        ("warm run", 0, ("2", "8")),
        (f"{NEW_PLAYS} new plays", NEW_PLAYS, ("", "")),
    ):
        listener.hear(new_plays)
        server.world.calls.reset()
        run = small.run_job()
        yield TableLine(f"HTTP calls, {what}", str(len(server.world.calls.log)), bounds[0])
        yield TableLine(f"statements, {what}", str(run.statements), bounds[1])


def measure_size(
    repetitions: int, listener: ScriptedListener, small: MeasuredLedger, large: MeasuredLedger
) -> Iterator[TableLine]:
    """Compare the same run on a ledger of a million plays and on an almost empty one."""
    for what, new_plays in (("warm run", 0), (f"{NEW_PLAYS} new plays", NEW_PLAYS)):
        small_runs: list[JobRun] = []
        large_runs: list[JobRun] = []
        for number in range(repetitions):
            listener.hear(new_plays)
            for ledger, runs in ((small, small_runs), (large, large_runs))[:: 1 - number % 2 * 2]:
                runs.append(ledger.run_job())
        yield _compare(f"{what}, whole run", small_runs, large_runs, lambda run: run.wall * 1000)
        yield _compare(f"{what}, in the server", small_runs, large_runs, lambda run: run.server_ms)


def _compare(
    what: str, small: list[JobRun], large: list[JobRun], read_ms: Callable[[JobRun], float]
) -> TableLine:
    few, million = median(map(read_ms, small)), median(map(read_ms, large))
    return TableLine(
        f"a million plays against few, {what}",
        f"{million / few:.2f}",
        "1.2" if "whole" in what else "",
        f"{million:.0f} ms against {few:.0f} ms",
    )


if __name__ == "__main__":
    main()
