"""The stream's server, for tests that ask it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator

import pytest
from psycopg2.extensions import connection as Connection

from everheard.config import read_settings
from everheard.ledger.operations.tokens import insert_token
from tests.everheard.watcher.served import Streaming

HOUSEHOLD = """
insert into warehouse.dim_listener (listener_key, account_id, display_name, timezone) values
(1, 'ana', 'Ana', 'Europe/Berlin'), (2, 'bob', 'Bob', 'Europe/Berlin');
"""


@pytest.fixture
def start_stream() -> Iterator[Callable[..., Streaming]]:
    """Start stream servers, public unless said otherwise; settings can be given by name."""
    started = []

    def start(port: int = 0, now_playing: str = "public", **more: object) -> Streaming:
        settings = read_settings(needs_spotify=False)
        given = dataclasses.replace(settings, now_playing=now_playing, **more)  # type: ignore[arg-type]
        started.append(Streaming(given, port))
        return started[-1].start()

    yield start
    for one in started:
        one.stop()


@pytest.fixture
def stream(start_stream: Callable[..., Streaming]) -> Streaming:
    """Lend a stream that is public."""
    return start_stream()


@pytest.fixture
def household(connection: Connection) -> Connection:
    """Lend a ledger of two listeners."""
    with connection.cursor() as cursor:
        cursor.execute(HOUSEHOLD)
    return connection


@pytest.fixture
def guarded(
    start_stream: Callable[..., Streaming], household: Connection, database_url: str
) -> Streaming:
    """Lend a stream that wants a token of the household."""
    return start_stream(now_playing="token", database_url=database_url)


@pytest.fixture
def make_token(household: Connection) -> Callable[..., dict[str, str]]:
    """Make tokens; each comes as the header that carries it."""

    def make(listener: str = "Ana", *, everyone: bool = False) -> dict[str, str]:
        token = insert_token(
            household, name="test", listener=listener, may_rate=False, may_read_all=everyone
        )
        return {"Authorization": f"Bearer {token}"}

    return make
