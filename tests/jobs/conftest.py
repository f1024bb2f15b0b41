from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

import simulator
from simulator.server import SimulatedServer

Run = Callable[..., str]


@pytest.fixture
def start_spotify() -> Iterator[Callable[..., SimulatedServer]]:
    """Start simulators; small, seeded, gone at the end."""
    with ExitStack() as stack:

        def start(**settings: Any) -> SimulatedServer:
            usual = {"seed": 5, "tracks": 1500, "history_days": 0, "listeners": ["quiet"]}
            return stack.enter_context(simulator.running(**{**usual, **settings}))

        yield start


@pytest.fixture
def run_job(
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """Run a job against a simulator; return its last line."""

    def run(
        job: Any, spotify: SimulatedServer, *options: str, code: int = 0, **changes: str
    ) -> str:
        settings = {
            **spotify.environ(),
            "DATABASE_URL": database_url,
            "EVERHEARD_HOME": str(tmp_path),
            **changes,
        }
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        ended = job.main(list(options))
        said = capsys.readouterr().out
        assert ended == code, said
        return said.splitlines()[-1]

    return run
