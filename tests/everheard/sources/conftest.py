from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from everheard.sources.http import Patience, Sender
from everheard.sources.spotify.answer import SPOTIFY
from everheard.sources.spotify.auth import RenewingToken
from everheard.sources.spotify.client import SpotifyClient
from tests.everheard.sources.scripted_server import FakeTime, ScriptedServer, run_scripted_server

CLIENT_ID = "c1" * 16
CLIENT_SECRET = "5ec2e7" * 5 + "ab"
REFRESH_TOKEN = "AQrefresh-" + "z9" * 60

MakeSender = Callable[..., Sender]


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with run_scripted_server() as running:
        yield running


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def make_sender(server: ScriptedServer, time: FakeTime) -> Iterator[MakeSender]:
    """Make senders that live by the fake time and are closed before the server is."""
    with ExitStack() as stack:

        def make(**patience: float) -> Sender:
            given = Patience(**patience)  # type: ignore[arg-type]
            return stack.enter_context(
                Sender(SPOTIFY, given, sleep=time.sleep, clock=time.clock, now=time.now)
            )

        yield make


@pytest.fixture
def sender(make_sender: MakeSender) -> Sender:
    return make_sender()


@pytest.fixture
def kept() -> list[str]:
    return []


@pytest.fixture
def token(sender: Sender, server: ScriptedServer, kept: list[str]) -> RenewingToken:
    return RenewingToken(sender, server.url, CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, kept.append)


class FixedToken:
    """A token for tests that are not about tokens; counts its renewals."""

    def __init__(self) -> None:
        self.renewals = 0

    @property
    def access_token(self) -> str:
        return f"access-{self.renewals}"

    def renew(self) -> None:
        self.renewals += 1


@pytest.fixture
def fixed_token() -> FixedToken:
    return FixedToken()


@pytest.fixture
def client(sender: Sender, server: ScriptedServer, fixed_token: FixedToken) -> SpotifyClient:
    return SpotifyClient(sender, fixed_token, server.api_url)
