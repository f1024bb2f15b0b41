from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from simulator.accounts import challenge_of, end_of_sign_in
from simulator.clock import from_iso, to_iso
from tests.simulator.caller import TIMEOUT, Caller
from tests.simulator.conftest import Start

REDIRECT = "http://127.0.0.1:8888/callback"


def visit(caller: Caller, method: str = "GET", answer: str = "", **query: str) -> requests.Response:
    query = {
        "client_id": caller.world.accounts.client_id,
        "response_type": "code",
        "redirect_uri": REDIRECT,
        "scope": "user-read-recently-played",
        "state": "a state",
        **query,
    }
    return requests.request(
        method,
        f"{caller.server.accounts_url}/authorize",
        params=query,
        data={"answer": answer, "listener": "ada"} if answer else None,
        allow_redirects=False,
        timeout=TIMEOUT,
    )


def read_redirect(response: requests.Response) -> dict[str, list[str]]:
    assert response.status_code == 302
    address = urlsplit(response.headers["Location"])
    assert f"{address.scheme}://{address.netloc}{address.path}" == REDIRECT
    return parse_qs(address.query)


def test_page_names_the_scopes_and_the_listeners(start: Start) -> None:
    page = visit(start(listeners=2))
    assert page.status_code == 200
    for text in ("user-read-recently-played", 'value="ada"', 'value="ben"', 'id="agree"'):
        assert text in page.text


def test_agreeing_leads_to_a_token_of_that_listener(caller: Caller) -> None:
    verifier = "v" * 60
    agreed = read_redirect(
        visit(
            caller,
            "POST",
            "agree",
            code_challenge=challenge_of(verifier),
            code_challenge_method="S256",
        )
    )
    assert agreed["state"] == ["a state"]
    code = agreed["code"][0]
    form = {"grant_type": "authorization_code", "redirect_uri": REDIRECT}
    token = caller.ask_token(code=code, code_verifier=verifier, **form).json()
    assert set(token) == {"access_token", "token_type", "expires_in", "refresh_token", "scope"}
    assert token["scope"] == "user-read-recently-played"
    caller.access_token = token["access_token"]
    assert caller.read("/me")["display_name"] == "Ada"
    assert caller.read_page()
    assert caller.get("/me/following", type="artist").status_code == 403  # not in the scopes
    again = caller.ask_token(code=code, code_verifier=verifier, **form)
    assert again.json() == {
        "error": "invalid_grant",
        "error_description": "Invalid authorization code",
    }


def test_refusing_leads_back_without_a_code(caller: Caller) -> None:
    assert read_redirect(visit(caller, "POST", "refuse")) == {
        "error": ["access_denied"],
        "state": ["a state"],
    }


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"client_id": "somebody"}, "INVALID_CLIENT: Invalid client"),
        ({"redirect_uri": REDIRECT + "/"}, "INVALID_CLIENT: Invalid redirect URI"),
        (
            {"redirect_uri": "http://localhost:8888/callback"},
            "INVALID_CLIENT: Insecure redirect URI",
        ),
        ({"response_type": "token"}, "response_type must be code"),
        (
            {"code_challenge": "x", "code_challenge_method": "plain"},
            "code_challenge_method must be S256",
        ),
    ],
)
def test_faulty_request_is_refused_on_the_page(
    caller: Caller, query: dict[str, str], words: str
) -> None:
    page = visit(caller, **query)
    assert (page.status_code, page.text) == (400, words)


@pytest.mark.parametrize(
    ("verifier", "words"),
    [({}, "code_verifier must be supplied"), ({"code_verifier": "x"}, "was incorrect")],
)
def test_wrong_verifier_is_refused(caller: Caller, verifier: dict[str, str], words: str) -> None:
    world = caller.world
    challenge = challenge_of("right")
    code = world.accounts.issue_code("ada", "", REDIRECT, world.clock.now_ms, challenge)
    refused = caller.ask_token(
        grant_type="authorization_code", code=code, redirect_uri=REDIRECT, **verifier
    )
    assert refused.status_code == 400
    assert words in refused.json()["error_description"]


def test_code_goes_with_its_redirect_and_dies_in_ten_minutes(caller: Caller) -> None:
    world = caller.world
    for redirect_uri, seconds, words in [
        ("http://127.0.0.1:1/other", 0, "Invalid redirect URI"),
        (REDIRECT, 600, "Invalid authorization code"),
    ]:
        code = world.accounts.issue_code("ada", "", REDIRECT, world.clock.now_ms)
        world.clock.advance(seconds)
        refused = caller.ask_token(
            grant_type="authorization_code", code=code, redirect_uri=redirect_uri
        )
        assert refused.json() == {"error": "invalid_grant", "error_description": words}


def test_refreshing_keeps_the_refresh_token(caller: Caller) -> None:
    token = caller.refresh().json()
    assert set(token) == {"access_token", "token_type", "expires_in", "scope"}
    assert (token["token_type"], token["expires_in"]) == ("Bearer", 3600)


def test_rotation_gives_a_new_refresh_token_and_kills_the_old(caller: Caller) -> None:
    old = caller.world.refresh_token()
    caller.world.add_mood("rotated", "token", times=1)
    new = caller.refresh().json()["refresh_token"]
    assert new == caller.world.refresh_token() != old
    dead = caller.ask_token(grant_type="refresh_token", refresh_token=old)
    assert dead.json()["error"] == "invalid_grant"
    assert "refresh_token" not in caller.refresh().json()


def test_refresh_token_dies_six_months_after_the_sign_in(caller: Caller) -> None:
    caller.world.clock.move_to("2026-07-05T05:59:59Z")
    assert caller.refresh().status_code == 200  # which extends nothing
    caller.world.clock.advance(1)
    dead = caller.refresh()
    assert dead.status_code == 400
    assert dead.json() == {
        "error": "invalid_grant",
        "error_description": "Refresh token expired",
    }
    caller.world.accounts.sign_in("ada", caller.world.clock.now_ms)
    assert caller.refresh().status_code == 200


def test_six_months_after_the_31st_is_the_day_after_a_short_month() -> None:
    assert to_iso(end_of_sign_in(from_iso("2026-08-31T10:00:00Z")))[:10] == "2027-03-03"
    assert to_iso(end_of_sign_in(from_iso("2026-01-05T10:00:00Z")))[:10] == "2026-07-05"


def test_revoked_refresh_token_is_refused(caller: Caller) -> None:
    token = caller.world.refresh_token()
    caller.world.accounts.revoke(token)
    refused = caller.ask_token(grant_type="refresh_token", refresh_token=token)
    assert refused.json()["error_description"] == "Invalid refresh token"


@pytest.mark.parametrize(
    ("client_id", "secret", "words"),
    [(None, "wrong", "Invalid client secret"), ("nobody", "wrong", "Invalid client")],
)
def test_wrong_client_is_refused(
    caller: Caller, client_id: str | None, secret: str, words: str
) -> None:
    form = {"grant_type": "refresh_token", "refresh_token": caller.world.refresh_token()}
    client = client_id or caller.world.accounts.client_id
    url = f"{caller.server.accounts_url}/api/token"
    in_header = requests.post(url, data=form, auth=(client, secret), timeout=TIMEOUT)
    in_form = requests.post(
        url, data={**form, "client_id": client, "client_secret": secret}, timeout=TIMEOUT
    )
    garbled = requests.post(url, data=form, headers={"Authorization": "Basic !"}, timeout=TIMEOUT)
    for refused in (in_header, in_form):
        assert refused.status_code == 400
        assert refused.json() == {"error": "invalid_client", "error_description": words}
    assert garbled.json()["error"] == "invalid_client"


def test_unknown_grant_and_missing_token_are_refused(caller: Caller) -> None:
    assert caller.ask_token(grant_type="password").json()["error"] == "unsupported_grant_type"
    assert caller.ask_token(grant_type="refresh_token").json()["error"] == "invalid_request"


def test_client_credentials_reach_the_catalogue_only(caller: Caller) -> None:
    token = caller.ask_token(grant_type="client_credentials").json()
    assert set(token) == {"access_token", "token_type", "expires_in"}
    caller.access_token = token["access_token"]
    assert caller.get(f"/artists/{caller.world.catalogue.artists[0].id}").status_code == 200
    assert caller.get("/me").status_code == 401
    assert caller.get("/me/player/recently-played").status_code == 401


def test_access_token_lives_an_hour(caller: Caller) -> None:
    caller.sign_in()
    caller.world.clock.advance(3599)
    assert caller.get("/me").status_code == 200
    caller.world.clock.advance(1)
    assert caller.get("/me").json() == {
        "error": {"status": 401, "message": "The access token expired"}
    }
    caller.sign_in()
    caller.world.accounts.expire_access_tokens()
    assert caller.get("/me").status_code == 401


def test_missing_and_unknown_access_tokens_are_refused(caller: Caller) -> None:
    bare = requests.get(f"{caller.server.api_url}/me", timeout=TIMEOUT)
    assert (bare.status_code, bare.json()["error"]["message"]) == (401, "No token provided")
    caller.access_token = "made-up"
    assert caller.get("/me").json()["error"]["message"] == "Invalid access token"
