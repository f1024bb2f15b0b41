"""What is secret is hidden in every spelling, and nothing else is."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from everheard.config import read_settings
from everheard.failure import ConfigurationError, DatabaseTrouble
from everheard.rims import secrets
from everheard.rims.secrets import HIDDEN, hide_secrets, know, know_address, know_link

SECRET = "s3cr3t+Pass/word'x\"€ y"
SPELLINGS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "percent-encoded": lambda text: quote(text, safe=""),
    "percent-encoded in small letters": lambda text: re.sub(
        "%..", lambda found: found[0].lower(), quote(text, safe="")
    ),
    "percent-encoded twice": lambda text: quote(quote(text, safe="")),
    "every letter percent-encoded": lambda text: "".join(f"%{one:02X}" for one in text.encode()),
    "of a form": quote_plus,
    "of Python": repr,
    "of Python in ASCII": ascii,
    "of JSON": json.dumps,
    "of HTML": html.escape,
    "in hex": lambda text: text.encode().hex(),
    **{
        f"in base64 after {count}": lambda text, count=count: base64.b64encode(
            b"i" * count + text.encode() + b":end"
        ).decode()
        for count in range(4)
    },
    "in base64 for addresses": lambda text: base64.urlsafe_b64encode(text.encode()).decode(),
    "in base64, percent-encoded": lambda text: quote_plus(base64.b64encode(text.encode())),
}


@pytest.fixture(autouse=True)
def forget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "_patterns", {})


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_secret_is_hidden_in_every_spelling(spelling: str) -> None:
    know(SECRET)
    told = SPELLINGS[spelling](SECRET)
    hidden = hide_secrets(f"it said <{told}> twice: {told}")
    assert hidden.count(HIDDEN) == 2
    core = told.strip("'\"=")[4:-4]
    assert core not in hidden


@given(
    st.text(st.characters(codec="utf-8"), min_size=12, max_size=40),
    st.sampled_from(list(SPELLINGS)),
)
def test_any_secret_is_hidden(secret: str, spelling: str) -> None:
    know(secret)
    assert HIDDEN in hide_secrets(f"it said {SPELLINGS[spelling](secret)}!")


def test_what_is_no_secret_is_said() -> None:
    know("abc", "", None, "ever", "0123456789abcdef0123456789abcdef")
    said = "everheard: fetched 50, new 12; postgresql://host/everheard?sslmode=require"
    assert hide_secrets(said) == said
    for ours in (
        "Send it as `Authorization: Bearer TOKEN`.",
        "http://127.0.0.1:8898/callback?state=abc&code_challenge=xyz",
        "Open http://127.0.0.1:8888/enter#12345678 (it works once)",
        "DATABASE_URL must begin with postgresql://",
    ):
        assert hide_secrets(ours) == ours


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://user:pass-nobody-sees@host/name",
        "postgresql://user:pass%2Dnobody%2Dsees@host:5432/name",
        "postgresql://host/name?user=me&password=pass-nobody-sees",
        "postgresql://host/name?sslpassword=pass-nobody-sees",
        "postgresql://user:pass-nobody-sees#x@host:y/d",
    ],
)
def test_password_of_an_address_is_known_wherever_it_stands(address: str) -> None:
    know_address(address)
    assert "nobody" not in hide_secrets("it failed for pass-nobody-sees")
    assert "nobody" not in hide_secrets(f"could not parse {address!r}")


@pytest.mark.parametrize(
    "said",
    [
        "fatal: unable to access 'https://me:ghp_abcdefgh@github.com/me/x.git/'",
        "connection to host=x user=y password=ghp_abcdefgh failed",
        "GET /v1/me?access_token=ghp_abcdefgh&x=1",
        "{'Authorization': 'Bearer ghp_abcdefghijklmnop'}",
    ],
)
def test_secret_that_nobody_told_of_is_known_by_the_words_around_it(said: str) -> None:
    assert "ghp_" not in hide_secrets(said)
    assert HIDDEN in hide_secrets(said)


def test_longer_secret_goes_before_one_that_it_holds() -> None:
    know("password")
    know("password-and-more")
    assert "more" not in hide_secrets("it is password-and-more.")


def test_link_that_is_a_secret_is_hidden_in_whole_and_in_part() -> None:
    know_link("https://hc-ping.com/6d1d1a2b-0000-4000-8000-123456789abc")
    assert "6d1d" not in hide_secrets("POST /6d1d1a2b-0000-4000-8000-123456789abc/fail failed")


def test_faults_of_settings_are_said_without_their_secrets() -> None:
    with pytest.raises(ConfigurationError) as caught:
        read_settings(
            {
                "DATABASE_URL": "mysql://a:pass-nobody-sees@y/d",
                "SPOTIFY_REFRESH_TOKEN": "token-nobody-sees",
                "SPOTIFY_CLIENT_SECRET": "secret-nobody-sees",
            }
        )
    told = [str(caught.value), *caught.value.faults]
    assert not any("nobody" in one for one in told)
    for secret in ("pass", "token", "secret"):
        failure = DatabaseTrouble(f"It said {secret}-nobody-sees.\nAnd more")
        assert str(failure) == f"It said {HIDDEN}. And more"
        assert "nobody" not in repr(failure)
