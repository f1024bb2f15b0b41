from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from everheard.sources.http import Sender
from everheard.sources.spotify.auth import (
    AppToken,
    RenewingToken,
    authorize_url,
    exchange_code,
    make_code_verifier,
)
from everheard.sources.spotify.errors import (
    BadRequest,
    NonsenseAnswer,
    PremiumLapsed,
    RateLimited,
    SignInNeeded,
    SpotifyError,
    Unavailable,
    WrongClient,
)
from tests.everheard.sources.conftest import CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN
from tests.everheard.sources.scripted_server import (
    FakeTime,
    Reply,
    ScriptedServer,
    as_json,
    token_answer,
)


def test_token_is_asked_for_on_the_first_read(server: ScriptedServer, token: RenewingToken) -> None:
    assert server.requests == []
    server.will_answer(token_answer(scope="user-follow-read user-read-recently-played"))

    assert token.access_token == "access-1"

    asked = server.requests[0]
    credentials = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
    assert (asked.method, asked.path) == ("POST", "/api/token")
    assert asked.form == {"grant_type": ["refresh_token"], "refresh_token": [REFRESH_TOKEN]}
    assert asked.headers["authorization"] == f"Basic {credentials}"
    assert token.scopes == ("user-follow-read", "user-read-recently-played")


def test_token_is_kept_until_shortly_before_its_end(
    server: ScriptedServer, token: RenewingToken, time: FakeTime
) -> None:
    server.will_answer(token_answer("access-1"), token_answer("access-2"))

    seen = [token.access_token]
    for elapsed in (3539.0, 3540.0):
        time.elapsed = elapsed
        seen.append(token.access_token)

    assert seen == ["access-1", "access-1", "access-2"]
    assert len(server.requests) == 2


@pytest.mark.parametrize("expires_in", [None, "soon", True, -1, 0])
def test_odd_lifetime_is_taken_for_an_hour(
    expires_in: object, server: ScriptedServer, token: RenewingToken, time: FakeTime
) -> None:
    server.will_answer(token_answer(expires_in=expires_in))

    _ = token.access_token
    time.elapsed = 3539.0
    _ = token.access_token

    assert len(server.requests) == 1


def test_renewal_does_not_wait_for_the_end(server: ScriptedServer, token: RenewingToken) -> None:
    server.will_answer(token_answer("access-1"), token_answer("access-2"))

    first = token.access_token
    token.renew()

    assert (first, token.access_token) == ("access-1", "access-2")


def test_token_refused_once_is_not_given_out_again(
    server: ScriptedServer, token: RenewingToken
) -> None:
    server.will_answer(token_answer("refused"), as_json({"error": "x"}, 400), token_answer("new"))

    _ = token.access_token
    with pytest.raises(BadRequest):
        token.renew()

    assert token.access_token == "new"


@pytest.mark.parametrize(
    "answered", [{}, {"refresh_token": REFRESH_TOKEN}, {"refresh_token": None}]
)
def test_old_refresh_token_stays_where_no_new_one_comes(
    answered: dict[str, Any], server: ScriptedServer, token: RenewingToken, kept: list[str]
) -> None:
    server.will_answer(token_answer(**answered), token_answer())

    token.renew()
    token.renew()

    assert kept == []
    assert server.requests[1].form["refresh_token"] == [REFRESH_TOKEN]


def test_new_refresh_token_is_kept_before_the_access_token_is_used(
    server: ScriptedServer, sender: Sender
) -> None:
    seen_while_keeping: list[tuple[str, str]] = []

    def keep(refresh_token: str) -> None:
        seen_while_keeping.append((refresh_token, token._access_token))

    token = RenewingToken(sender, server.url, CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, keep)
    server.will_answer(token_answer(refresh_token="rotated"), token_answer("access-2"))

    assert token.access_token == "access-1"
    token.renew()

    assert seen_while_keeping == [("rotated", "")]
    assert server.requests[1].form["refresh_token"] == ["rotated"]


def test_renewal_fails_where_keeping_fails_and_keeps_next_time(
    server: ScriptedServer, sender: Sender
) -> None:
    kept: list[str] = []
    is_database_away = True

    def keep(refresh_token: str) -> None:
        if is_database_away:
            raise ConnectionError
        kept.append(refresh_token)

    token = RenewingToken(sender, server.url, CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, keep)
    server.will_answer(token_answer(refresh_token="rotated"), token_answer("access-2"))

    with pytest.raises(ConnectionError):
        _ = token.access_token
    is_database_away = False

    assert token.access_token == "access-2"
    assert kept == ["rotated"]
    assert server.requests[1].form["refresh_token"] == ["rotated"]


def test_dead_sign_in_costs_one_request(
    server: ScriptedServer, token: RenewingToken, time: FakeTime
) -> None:
    server.will_answer(
        as_json({"error": "invalid_grant", "error_description": "Refresh token expired"}, 400)
    )

    with pytest.raises(SignInNeeded, match=r"`python start\.py authorize`") as caught:
        _ = token.access_token

    assert caught.value.exit_code == 77
    assert len(server.requests) == 1
    assert time.sleeps == []


@pytest.mark.parametrize(
    ("reply", "expected", "exit_code"),
    [
        (as_json({"error": "invalid_client"}, 400), WrongClient, 78),
        (as_json({"error": "invalid_client"}, 401), WrongClient, 78),
        (as_json({"error": "invalid_request"}, 400), BadRequest, 69),
        (as_json({"error": {"message": "invalid_grant"}}, 400), BadRequest, 69),
        (as_json({"error": "x", "error_description": '"invalid_grant"'}, 400), BadRequest, 69),
        (Reply(400, b"<html>"), BadRequest, 69),
        (Reply(401), BadRequest, 69),
        (Reply(403, b"Active premium subscription required"), PremiumLapsed, 77),
        (Reply(429, headers={"Retry-After": "7200"}), RateLimited, 75),
        (Reply(302, headers={"Location": "/login"}), NonsenseAnswer, 69),
    ],
)
def test_token_refusals_are_told_apart(
    reply: Reply,
    expected: type[SpotifyError],
    exit_code: int,
    server: ScriptedServer,
    token: RenewingToken,
) -> None:
    server.will_answer(reply)

    with pytest.raises(SpotifyError) as caught:
        _ = token.access_token

    assert type(caught.value) is expected
    assert caught.value.exit_code == exit_code
    assert len(server.requests) == 1


def test_other_refusals_leave_the_sign_in_alone(
    server: ScriptedServer, token: RenewingToken
) -> None:
    server.will_answer(as_json({"error": "invalid_request"}, 400), token_answer())

    with pytest.raises(BadRequest, match="the sign-in is kept"):
        _ = token.access_token

    assert token.access_token == "access-1"
    assert server.requests[1].form["refresh_token"] == [REFRESH_TOKEN]


def test_accounts_service_in_trouble_is_retried(
    server: ScriptedServer, token: RenewingToken
) -> None:
    server.will_answer(Reply(503), token_answer())

    assert token.access_token == "access-1"


def test_accounts_service_down_is_unavailable(server: ScriptedServer, token: RenewingToken) -> None:
    server.will_answer(*[Reply(503)] * 5)

    with pytest.raises(Unavailable):
        _ = token.access_token


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"access_token": ""},
        {"access_token": None},
        {"access_token": 7},
        {"access_token": "two\nlines"},
        {"access_token": "naïve"},
        {"access_token": "fine", "refresh_token": ["odd"]},
        [],
    ],
)
def test_answer_without_a_usable_token_is_nonsense(
    content: object, server: ScriptedServer, token: RenewingToken, kept: list[str]
) -> None:
    server.will_answer(as_json(content))

    with pytest.raises(NonsenseAnswer):
        _ = token.access_token

    assert kept == []


def test_app_token_is_the_apps_own(server: ScriptedServer, sender: Sender) -> None:
    server.will_answer(token_answer("app-access"))

    token = AppToken(sender, server.url, CLIENT_ID, CLIENT_SECRET)

    assert token.access_token == "app-access"
    assert server.requests[0].form == {"grant_type": ["client_credentials"]}


def test_authorize_url_carries_everything_but_the_verifier() -> None:
    verifier = make_code_verifier()

    url = authorize_url(
        "https://accounts.example",
        CLIENT_ID,
        "http://127.0.0.1:8888/callback",
        ["user-read-recently-played", "user-follow-read"],
        "a state",
        verifier,
    )

    parts = urlsplit(url)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    challenge = query.pop("code_challenge")
    padded = challenge + "=" * (-len(challenge) % 4)
    assert base64.urlsafe_b64decode(padded) == hashlib.sha256(verifier.encode()).digest()
    assert (parts.scheme, parts.netloc, parts.path) == ("https", "accounts.example", "/authorize")
    assert query == {
        "response_type": "code",
        "client_id": CLIENT_ID,
        "redirect_uri": "http://127.0.0.1:8888/callback",
        "scope": "user-read-recently-played user-follow-read",
        "state": "a state",
        "code_challenge_method": "S256",
    }
    assert verifier not in url


def test_code_verifiers_are_long_enough_and_never_the_same() -> None:
    first, second = make_code_verifier(), make_code_verifier()

    assert first != second
    assert 43 <= len(first) <= 128


@pytest.fixture
def exchange(server: ScriptedServer, sender: Sender) -> Callable[[], object]:
    return lambda: exchange_code(
        sender,
        server.url,
        CLIENT_ID,
        CLIENT_SECRET,
        code="a-code",
        redirect_uri="http://127.0.0.1:8888/callback",
        code_verifier="a-verifier",
    )


def test_code_is_exchanged_for_the_first_tokens(
    server: ScriptedServer, exchange: Callable[[], object]
) -> None:
    server.will_answer(token_answer(refresh_token="first-refresh", scope="a b"))

    grant = exchange()

    assert server.requests[0].form == {
        "grant_type": ["authorization_code"],
        "code": ["a-code"],
        "redirect_uri": ["http://127.0.0.1:8888/callback"],
        "code_verifier": ["a-verifier"],
    }
    assert (grant.access_token, grant.refresh_token) == ("access-1", "first-refresh")  # type: ignore[attr-defined]
    assert grant.scopes == ("a", "b")  # type: ignore[attr-defined]
    assert "first-refresh" not in repr(grant)
    assert "access-1" not in repr(grant)


def test_sign_in_without_a_refresh_token_is_nonsense(
    server: ScriptedServer, exchange: Callable[[], object]
) -> None:
    server.will_answer(token_answer())

    with pytest.raises(NonsenseAnswer, match="refresh token"):
        exchange()


def test_spent_code_asks_for_a_new_sign_in(
    server: ScriptedServer, exchange: Callable[[], object]
) -> None:
    server.will_answer(as_json({"error": "invalid_grant"}, 400))

    with pytest.raises(SignInNeeded):
        exchange()
