"""No error says more than it should, whatever the server echoes back."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator

import pytest

from everheard.sources.spotify import errors
from everheard.sources.spotify.auth import RenewingToken
from everheard.sources.spotify.client import SpotifyClient
from everheard.sources.spotify.errors import SpotifyError
from tests.everheard.sources.conftest import CLIENT_SECRET, REFRESH_TOKEN, MakeSender
from tests.everheard.sources.scripted_server import (
    Reply,
    ScriptedServer,
    as_json,
    quota_spent,
    refusal,
    token_answer,
)

ACCESS_TOKEN = "BQaccess-" + "y8" * 60
SEARCHED = "what-I-looked-for"
SECRETS = [ACCESS_TOKEN, CLIENT_SECRET, REFRESH_TOKEN, SEARCHED]
ECHO = " ".join([ACCESS_TOKEN, CLIENT_SECRET, REFRESH_TOKEN])
FINE = token_answer(ACCESS_TOKEN)

TROUBLES = {
    "token refused": [refusal(400, ECHO)],
    "token dead": [as_json({"error": "invalid_grant", "error_description": ECHO}, 400)],
    "token unusable": [as_json({"access_token": ACCESS_TOKEN + "\n"})],
    "token nonsense": [Reply(200, ECHO.encode())],
    "token service silent": [Reply(mood="silent")],
    "silent": [FINE, Reply(mood="silent")],
    "hang up": [FINE, Reply(mood="hang_up")],
    "truncated": [FINE, Reply(200, ECHO.encode(), mood="truncated")],
    "not gzip": [FINE, Reply(200, ECHO.encode(), {"Content-Encoding": "gzip"})],
    "server error": [FINE, refusal(500, ECHO)],
    "bad request": [FINE, refusal(400, ECHO)],
    "refused": [FINE, refusal(403, ECHO)],
    "gone": [FINE, Reply(410, ECHO.encode())],
    "not found": [FINE, refusal(404, ECHO)],
    "limited": [FINE, refusal(429, ECHO)],
    "quota": [FINE, quota_spent()],
    "redirect": [FINE, Reply(302, headers={"Location": f"/?{ECHO}"})],
    "refused twice": [FINE, refusal(401, ECHO), FINE, refusal(401, ECHO)],
    "nonsense": [FINE, Reply(200, ECHO.encode())],
}


def chain_of(error: BaseException | None) -> Iterator[BaseException]:
    while error:
        yield error
        error = error.__cause__ or error.__context__


def everything_said_by(error: BaseException) -> str:
    return "\n".join(
        part
        for each in chain_of(error)
        for part in [str(each), repr(each), repr(vars(each)), *traceback.format_exception(each)]
    )


@pytest.mark.parametrize("replies", TROUBLES.values(), ids=TROUBLES.keys())
def test_no_error_carries_a_secret_or_a_query(
    replies: list[Reply],
    server: ScriptedServer,
    make_sender: MakeSender,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    sender = make_sender(attempts=1, read=0.3)
    token = RenewingToken(
        sender, server.url, "client", CLIENT_SECRET, REFRESH_TOKEN, lambda _: None
    )
    server.will_answer(*replies)

    with pytest.raises(SpotifyError) as caught:
        SpotifyClient(sender, token, server.api_url).fetch_search(SEARCHED, "album")

    said = everything_said_by(caught.value) + caplog.text
    assert [secret for secret in SECRETS if secret in said] == []
    assert "127.0.0.1" not in said
    assert [type(each) for each in chain_of(caught.value)] == [type(caught.value)]
    assert "\n" not in str(caught.value)


def test_values_that_hold_secrets_do_not_show_them(token: RenewingToken) -> None:
    assert REFRESH_TOKEN not in repr(token)


def test_every_error_is_a_spotify_error_that_says_how_it_arises() -> None:
    named = [each for each in vars(errors).values() if isinstance(each, type)]
    own = [each for each in named if each.__module__ == errors.__name__]

    assert len(own) > 10
    assert all(issubclass(each, SpotifyError) and each.__doc__ for each in own)
