"""A running simulator for every test that asks: small, seeded, gone at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

import simulator
from tests.simulator.caller import Caller

Start = Callable[..., Caller]


@pytest.fixture
def start() -> Iterator[Start]:
    with ExitStack() as stack:

        def start_one(**settings: Any) -> Caller:
            settings = {"seed": 5, "tracks": 800, "history_days": 4, **settings}
            return Caller(stack.enter_context(simulator.running(**settings)))

        yield start_one


@pytest.fixture
def caller(start: Start) -> Caller:
    return start()
