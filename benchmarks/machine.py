"""The machine a benchmark runs on, and what one process on it costs."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, TypeVar

import psutil

from everheard.config import PROJECT_DIR

Result = TypeVar("Result")


class Cost(NamedTuple):
    """What one process took, its own children included; seconds."""

    wall: float
    cpu: float
    said: str


def describe_machine() -> str:
    """Return the facts that every figure depends on, the load at this moment included."""
    load = ", ".join(f"{value:.1f}" for value in psutil.getloadavg())
    memory = psutil.virtual_memory().total / 2**30
    return (
        f"{psutil.cpu_count()} x {_read_processor()}, {memory:.0f} GiB, {platform.system()},"
        f" Python {platform.python_version()}, load {load}"
    )


def _read_processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())


def run_python(*arguments: str, environ: Mapping[str, str]) -> Cost:
    """Run this Python in the project's folder; raise RuntimeError where it ends badly.

    Needs ``os.wait4``, which Windows lacks.
    """
    started = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, *arguments],
        cwd=PROJECT_DIR,
        env=dict(environ),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        said = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{arguments} ended with {process.returncode}:\n{said}")
    return Cost(time.perf_counter() - started, usage.ru_utime + usage.ru_stime, said)


@contextmanager
def clean_environ() -> Iterator[tuple[Path, dict[str, str]]]:
    """Lend a folder, and an environment without the user's settings that caches bytecode there.

    Cached for all alike, so that nobody's figure holds the compiling of what others
    find compiled. The folder can be entered by the embedded server's own user.
    """
    with tempfile.TemporaryDirectory(prefix="everheard-benchmark-") as name:
        folder = Path(name).resolve()
        folder.chmod(0o711)
        hidden = {name for name in os.environ if name.startswith(("PG", "PYTHON"))}
        environ = {name: os.environ[name] for name in os.environ.keys() - hidden}
        # Set to nothing rather than left out: an empty value beats one in .env.
        environ |= dict.fromkeys(("DATABASE_URL", "GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"), "")
        environ |= {
            "PYTHONPYCACHEPREFIX": str(folder / "bytecode"),
            "EVERHEARD_HOME": str(folder / "home"),
            "SPOOL_DIR": str(folder / "spool"),
            "LISTENER_TIMEZONE": "UTC",
        }
        yield folder, environ


def repeat_in_turn(
    repetitions: int, contestants: Mapping[str, Callable[[], Result]]
) -> dict[str, list[Result]]:
    """Run all contestants once a round, each round in the other order; return their results."""
    results: dict[str, list[Result]] = {name: [] for name in contestants}
    for number in range(repetitions):
        order = list(contestants)[:: 1 - number % 2 * 2]
        for name in order:
            results[name].append(contestants[name]())
    return results


def median(values: Iterable[float]) -> float:
    """Return the median."""
    return statistics.median(values)


def print_table(rows: Iterable[tuple[str, ...]]) -> None:
    """Print rows as a Markdown table whose first row is the head."""
    head, *body = rows
    widths = [max(len(row[place]) for row in (head, *body)) for place in range(len(head))]
    for row in (head, tuple("-" * width for width in widths), *body):
        print(
            "| " + " | ".join(f"{cell:<{widths[place]}}" for place, cell in enumerate(row)) + " |"
        )
