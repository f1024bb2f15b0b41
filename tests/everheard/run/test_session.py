"""Which token a run uses, and where a new one is kept before it is used."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from psycopg2.extensions import connection as Connection

import simulator
from everheard.config import read_settings
from everheard.database import connect
from everheard.encryption import encrypt, fingerprint
from everheard.ledger.operations.sign_ins import decrypt_token, upsert_sign_in
from everheard.run.job import Run
from everheard.run.session import Session, open_operations
from everheard.sources.http import Sender
from everheard.sources.spotify.answer import SPOTIFY
from everheard.sources.spotify.errors import SignInNeeded
from simulator import SimulatedServer
from tests.everheard.ledger.ledger import Ledger

NOBODY_LISTENS = "postgresql://ada:pw@127.0.0.1:1/music"
JANUARY = datetime(2026, 1, 1, tzinfo=UTC)

OpenSession = Callable[..., Session]


@pytest.fixture
def spotify() -> Iterator[SimulatedServer]:
    with simulator.running(tracks=50, history_days=1, listeners=["light"]) as server:
        yield server


@pytest.fixture
def open_session(
    spotify: SimulatedServer,
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[OpenSession]:
    """Open sessions of new runs, as the job does; ``changes`` replace settings."""
    monkeypatch.setattr(connect.time, "sleep", lambda _: None)
    environ = spotify.environ()
    runs: list[Run] = []
    with Sender(SPOTIFY, sleep=lambda _: None) as sender:

        def open_session(**changes: str) -> Session:
            values = {
                **environ,
                "DATABASE_URL": database_url,
                "EVERHEARD_HOME": str(tmp_path),
                **changes,
            }
            settings = read_settings(values, env_file=tmp_path / "no.env")
            run = Run("get_last_50", settings, argparse.Namespace(dry_run=False))
            runs.append(run)
            return Session(run, sender, open_operations(run), settings.sign_ins[0])

        yield open_session
        for run in runs:
            run.ledger.close()


class KeptSignIns:
    """What the ledger holds on sign-ins, read and written beside the session."""

    def __init__(self, ledger: Ledger, spotify: SimulatedServer) -> None:
        self._ledger = ledger
        self._world = spotify.world
        self._accounts = spotify.world.accounts
        self._account_id = spotify.world.listener().account_id
        self.setting = spotify.world.refresh_token()

    def read(self) -> list[str]:
        """Return the tokens, the latest authorised last."""
        rows = self._ledger.read(
            "select encrypted_token from warehouse.etl_sign_in order by authorised_at, fingerprint"
        )
        return [decrypt_token(self._accounts.client_secret, bytes(row[0])) for row in rows]

    def add(self, refresh_token: str, authorised_at: datetime | None = None) -> None:
        upsert_sign_in(
            self._ledger.connection,
            client_secret=self._accounts.client_secret,
            refresh_token=refresh_token,
            account_id=self._account_id,
            display_name=None,
            timezone="UTC",
            authorised_at=authorised_at,
        )

    def sign_in_again(self) -> str:
        return self._accounts.sign_in("ada", self._world.clock.now_ms)


@pytest.fixture
def ledger(connection: Connection) -> Ledger:
    return Ledger(connection, listener_key=1)


@pytest.fixture
def kept(ledger: Ledger, spotify: SimulatedServer) -> KeptSignIns:
    return KeptSignIns(ledger, spotify)


def used_tokens(spotify: SimulatedServer) -> Callable[[], list[str]]:
    """Note the refresh tokens that arrive at the accounts service from now on."""
    used: list[str] = []
    real = spotify.world.accounts.refresh

    def refresh(refresh_token: str, *given: object, **more: object) -> object:
        used.append(refresh_token)
        return partial(real, refresh_token)(*given, **more)  # type: ignore[arg-type]

    spotify.world.accounts.refresh = refresh  # type: ignore[assignment, method-assign]
    return lambda: used


def test_setting_is_the_way_in(open_session: OpenSession, kept: KeptSignIns) -> None:
    session = open_session()
    assert not session.is_known
    session.find_listener()
    assert kept.read() == [kept.setting]
    assert open_session().is_known


def test_later_sign_in_wins_over_the_setting(
    open_session: OpenSession, kept: KeptSignIns, spotify: SimulatedServer
) -> None:
    newer = kept.sign_in_again()
    kept.add(kept.setting, JANUARY)
    kept.add(newer, JANUARY + timedelta(days=90))
    used = used_tokens(spotify)
    _ = open_session().client
    assert used() == [newer]


def test_setting_wins_over_an_earlier_sign_in(
    open_session: OpenSession, kept: KeptSignIns, spotify: SimulatedServer
) -> None:
    kept.add(kept.sign_in_again(), JANUARY)
    kept.add(kept.setting, JANUARY + timedelta(days=90))
    used = used_tokens(spotify)
    _ = open_session().client
    assert used() == [kept.setting]


def test_setting_is_the_fallback_when_the_later_one_is_refused(
    open_session: OpenSession, kept: KeptSignIns, spotify: SimulatedServer
) -> None:
    newer = kept.sign_in_again()
    kept.add(kept.setting, JANUARY)
    kept.add(newer, JANUARY + timedelta(days=90))
    spotify.world.accounts.revoke(newer)
    used = used_tokens(spotify)
    _ = open_session().client
    assert used() == [newer, kept.setting]


def test_no_token_that_is_taken_means_sign_in_needed(
    open_session: OpenSession, kept: KeptSignIns, spotify: SimulatedServer
) -> None:
    newer = kept.sign_in_again()
    kept.add(kept.setting, JANUARY)
    kept.add(newer, JANUARY + timedelta(days=90))
    for token in (newer, kept.setting):
        spotify.world.accounts.revoke(token)
    with pytest.raises(SignInNeeded, match=r"start\.py authorize"):
        _ = open_session().client


def test_setting_serves_while_the_database_is_away(
    open_session: OpenSession, kept: KeptSignIns, spotify: SimulatedServer
) -> None:
    kept.add(kept.setting, JANUARY)
    kept.add(kept.sign_in_again(), JANUARY + timedelta(days=90))
    used = used_tokens(spotify)
    _ = open_session(DATABASE_URL=NOBODY_LISTENS).client
    assert used() == [kept.setting]


def rotate(spotify: SimulatedServer) -> None:
    spotify.world.add_mood("rotated", "token", times=1)


def test_rotated_token_is_in_the_ledger_before_it_is_used(
    open_session: OpenSession, kept: KeptSignIns, spotify: SimulatedServer
) -> None:
    kept.add(kept.setting, JANUARY)
    rotate(spotify)
    _ = open_session().client
    rotated = spotify.world.refresh_token()
    assert spotify.world.calls.count() == 1
    assert kept.read() == [kept.setting, rotated]
    used = used_tokens(spotify)
    _ = open_session().client
    assert used() == [rotated]


def test_rotation_does_not_extend_the_six_months(
    open_session: OpenSession, kept: KeptSignIns, spotify: SimulatedServer, ledger: Ledger
) -> None:
    kept.add(kept.setting, JANUARY)
    rotate(spotify)
    _ = open_session().client
    assert ledger.read(
        "select distinct authorised_at::date::text, is_authorised_at_exact"
        " from warehouse.etl_sign_in"
    ) == [("2026-01-01", True)]


@pytest.mark.parametrize("is_known", [True, False])
def test_rotated_token_waits_in_the_spool_while_the_database_is_away(
    open_session: OpenSession,
    kept: KeptSignIns,
    spotify: SimulatedServer,
    tmp_path: Path,
    is_known: bool,
) -> None:
    if is_known:
        kept.add(kept.setting, JANUARY)
    rotate(spotify)
    _ = open_session(DATABASE_URL=NOBODY_LISTENS).client
    rotated = spotify.world.refresh_token()
    assert rotated != kept.setting
    assert len(list((tmp_path / "spool").glob("token-*"))) == 1

    used = used_tokens(spotify)
    _ = open_session(DATABASE_URL=NOBODY_LISTENS).client
    session = open_session()
    session.find_listener()
    assert set(used()) <= {rotated}
    assert kept.read() == [kept.setting, rotated]
    assert list((tmp_path / "spool").glob("token-*")) == []


@pytest.mark.parametrize("is_known", [True, False])
def test_of_two_rotated_tokens_the_valid_one_is_tried_though_the_clock_was_set_back(
    open_session: OpenSession,
    kept: KeptSignIns,
    spotify: SimulatedServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    is_known: bool,
) -> None:
    if is_known:
        kept.add(kept.setting, JANUARY)
    moments = iter([2_000_000_000_000_000_000, 1_000_000_000_000_000_000])
    monkeypatch.setattr("everheard.run.spool.time.time_ns", lambda: next(moments))
    rotated = [kept.setting]
    for _ in range(2):
        rotate(spotify)
        _ = open_session(DATABASE_URL=NOBODY_LISTENS).client
        rotated.append(spotify.world.refresh_token())
    assert len(list((tmp_path / "spool").glob("token-*"))) == 2
    open_session().find_listener()
    assert kept.read() == rotated
    assert list((tmp_path / "spool").glob("token-*")) == []


def test_token_rotated_twice_with_the_database_dying_in_between_is_the_latest(
    open_session: OpenSession, kept: KeptSignIns, spotify: SimulatedServer, ledger: Ledger
) -> None:
    kept.add(kept.setting, JANUARY)
    for number in range(6):
        rotate(spotify)
        session = open_session()
        if number % 2:  # the operations were read, then the server went away
            session._run.ledger.connect().close()
        _ = session.client
        open_session().find_listener()
        assert kept.read()[-1] == spotify.world.refresh_token()
    assert len(kept.read()) == 7


def test_first_run_with_a_rotated_token_keeps_both(
    open_session: OpenSession, kept: KeptSignIns, spotify: SimulatedServer
) -> None:
    rotate(spotify)
    open_session().find_listener()
    assert kept.read() == [kept.setting, spotify.world.refresh_token()]


def test_token_encrypted_with_another_client_secret_is_passed_over(
    open_session: OpenSession, kept: KeptSignIns, spotify: SimulatedServer, ledger: Ledger
) -> None:
    kept.add(kept.setting, JANUARY)
    ledger.read(
        "insert into warehouse.etl_sign_in (fingerprint, listener_key, encrypted_token,"
        " authorised_at, is_authorised_at_exact) select %s, listener_key, %s, now(), true"
        " from warehouse.etl_sign_in returning 1",
        fingerprint("another secret", "AQx"),
        encrypt("another secret", "sign-in", b"AQx"),
    )
    used = used_tokens(spotify)
    _ = open_session().client
    assert used() == [kept.setting]


def test_new_client_secret_finds_the_listener_again(
    open_session: OpenSession, kept: KeptSignIns, spotify: SimulatedServer, ledger: Ledger
) -> None:
    kept.add(kept.setting, JANUARY)
    spotify.world.accounts.client_secret = "n" * 32
    session = open_session(SPOTIFY_CLIENT_SECRET="n" * 32)
    assert not session.is_known
    session.find_listener()
    assert ledger.read(
        "select count(*), count(distinct listener_key) from warehouse.etl_sign_in"
    ) == [(2, 1)]


def test_answer_without_an_account_is_no_listener(
    open_session: OpenSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = open_session()
    monkeypatch.setattr(session.client, "fetch_me", lambda: {"display_name": "Ada"})
    with pytest.raises(SignInNeeded, match="whose sign-in"):
        session.find_listener()


def test_older_accounts_are_known_by_their_id(
    open_session: OpenSession, monkeypatch: pytest.MonkeyPatch, ledger: Ledger
) -> None:
    session = open_session()
    monkeypatch.setattr(session.client, "fetch_me", lambda: {"id": "ada-lovelace"})
    key = session.find_listener()
    assert ledger.read(
        "select account_id, user_id from warehouse.dim_listener where listener_key = %s", key
    ) == [("ada-lovelace", "ada-lovelace")]
