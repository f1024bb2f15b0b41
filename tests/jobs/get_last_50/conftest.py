from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import simulator
from everheard.database import connect
from everheard.sources.http import Sender
from jobs import get_last_50
from tests.jobs.get_last_50.polling import Runner

MakeRunner = Callable[..., Runner]


@pytest.fixture
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let retries follow one another at once."""
    monkeypatch.setattr(get_last_50, "Sender", partial(Sender, sleep=lambda _: None))
    monkeypatch.setattr(connect.time, "sleep", lambda _: None)


@pytest.fixture
def make_runner(
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    no_waiting: None,
) -> Iterator[MakeRunner]:
    """Make runners; ``settings`` are those of the simulated Spotify."""
    with ExitStack() as stack:

        def make(url: str = database_url, **settings: Any) -> Runner:
            usual = {"tracks": 200, "history_days": 4, "listeners": ["steady"]}
            server = stack.enter_context(simulator.running(**{**usual, **settings}))
            return Runner(server, tmp_path, monkeypatch, capsys, url)

        yield make


@pytest.fixture
def runner(make_runner: MakeRunner) -> Runner:
    return make_runner()
