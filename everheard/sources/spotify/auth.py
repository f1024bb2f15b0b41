"""The sign-in: tokens that renew themselves when read, and the one-time steps to the first one.

After https://developer.spotify.com/documentation/web-api/tutorials/code-flow (and
refreshing-tokens, client-credentials-flow), with PKCE on top of the client secret.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from urllib.parse import urlencode

from everheard.rims.secrets import know
from everheard.sources.http import Answer, Sender
from everheard.sources.spotify.answer import (
    Endpoint,
    find_error_code,
    find_trouble,
    parse_json,
    quote_spotify,
)
from everheard.sources.spotify.errors import (
    SIGN_IN_CURE,
    BadRequest,
    NonsenseAnswer,
    SignInNeeded,
    WrongClient,
)

#: What a listener is asked to allow. The first two are needed; the others are for what plays
#: now, new releases and the library.
SCOPES = (
    "user-read-recently-played",
    "user-read-currently-playing",
    "user-read-playback-state",
    "user-follow-read",
    "user-library-read",
)
#: Renew this long before the token ends, so that it does not end on its way.
RENEWAL_MARGIN_SECONDS = 60.0

_DEFAULT_LIFETIME_SECONDS = 3600.0
TOKEN = Endpoint("token")


@dataclass(frozen=True)
class Grant:
    """What the accounts service grants; ``refresh_token`` is empty where it gave none."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    lifetime_seconds: float
    scopes: tuple[str, ...]


class SelfRenewing(ABC):
    """An access token that renews itself when read; ``scopes`` are known after the first read."""

    def __init__(
        self, sender: Sender, accounts_url: str, client_id: str, client_secret: str
    ) -> None:
        self.scopes: tuple[str, ...] = ()
        self._sender = sender
        self._accounts_url = accounts_url
        self._client_id = client_id
        self._client_secret = client_secret
        self._access_token = ""
        self._ends_at = 0.0  # by the sender's clock

    @property
    def access_token(self) -> str:
        """Return a token that is good for a while yet, renewed first where needed."""
        if not self._access_token or self._sender.clock() >= self._ends_at:
            self.renew()
        return self._access_token

    def renew(self) -> None:
        """Ask for a new access token, whatever the old one is worth."""
        self._access_token = ""
        asked_at = self._sender.clock()
        grant = self._fetch_grant()
        self._access_token = grant.access_token
        self._ends_at = asked_at + grant.lifetime_seconds - RENEWAL_MARGIN_SECONDS
        self.scopes = grant.scopes

    @abstractmethod
    def _fetch_grant(self) -> Grant:
        """Ask the accounts service."""

    def _post(self, form: dict[str, str]) -> Grant:
        return _ask_accounts(
            self._sender, self._accounts_url, self._client_id, self._client_secret, form
        )


class RenewingToken(SelfRenewing):
    """A listener's access token.

    A new refresh token in an answer goes to ``keep`` before the access token beside it
    is used: if ``keep`` raises, so does the renewal, and the next one hands the same
    refresh token to ``keep`` again.
    """

    def __init__(
        self,
        sender: Sender,
        accounts_url: str,
        client_id: str,
        client_secret: str,
        refresh_token: str,
        keep: Callable[[str], None],
    ) -> None:
        super().__init__(sender, accounts_url, client_id, client_secret)
        know(refresh_token)
        self._refresh_token = refresh_token
        self._keep = keep
        self._is_kept = True

    def _fetch_grant(self) -> Grant:
        grant = self._post({"grant_type": "refresh_token", "refresh_token": self._refresh_token})
        if grant.refresh_token and grant.refresh_token != self._refresh_token:
            self._refresh_token = grant.refresh_token
            self._is_kept = False
        if not self._is_kept:
            self._keep(self._refresh_token)
            self._is_kept = True
        return grant


class AppToken(SelfRenewing):
    """The app's own access token (client credentials): catalogue reads only, never ``/me``."""

    def _fetch_grant(self) -> Grant:
        return self._post({"grant_type": "client_credentials"})


def make_code_verifier() -> str:
    """Make the secret that ties ``authorize_url`` to ``exchange_code`` (PKCE, RFC 7636)."""
    verifier = secrets.token_urlsafe(64)
    know(verifier)
    return verifier


def authorize_url(
    accounts_url: str,
    client_id: str,
    redirect_uri: str,
    scopes: Iterable[str],
    state: str,
    code_verifier: str,
) -> str:
    """Return the address at which the listener signs in and agrees.

    ``state`` comes back with the code, and the caller compares it.
    """
    digest = hashlib.sha256(code_verifier.encode("ascii")).digest()
    query = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": redirect_uri,
        "scope": " ".join(scopes),
        "state": state,
        "code_challenge_method": "S256",
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii"),
    }
    return f"{accounts_url}/authorize?{urlencode(query)}"


def exchange_code(
    sender: Sender,
    accounts_url: str,
    client_id: str,
    client_secret: str,
    *,
    code: str,
    redirect_uri: str,
    code_verifier: str,
) -> Grant:
    """Exchange the code of a sign-in for its first tokens; a code works once, for minutes.

    Raises SignInNeeded where the code is spent, NonsenseAnswer where no refresh token came.
    """
    know(code)
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "code_verifier": code_verifier,
    }
    grant = _ask_accounts(sender, accounts_url, client_id, client_secret, form)
    if not grant.refresh_token:
        raise NonsenseAnswer(f"Spotify granted the sign-in without a refresh token: {SIGN_IN_CURE}")
    return grant


def _ask_accounts(
    sender: Sender, accounts_url: str, client_id: str, client_secret: str, form: dict[str, str]
) -> Grant:
    know(client_secret)
    credentials = base64.b64encode(f"{client_id}:{client_secret}".encode()).decode("ascii")
    answer = sender.send(
        "POST",
        f"{accounts_url}/api/token",
        headers={"Authorization": f"Basic {credentials}"},
        data=form,
    )
    label = "POST /api/token"
    if answer.status in {400, 401}:
        raise _name_token_refusal(answer, label)
    if trouble := find_trouble(answer, label, TOKEN):
        raise trouble
    return _to_grant(answer, label)


def _name_token_refusal(answer: Answer, label: str) -> SignInNeeded | WrongClient | BadRequest:
    """Tell a dead sign-in and a wrong app from a request that was merely refused.

    Only ``invalid_grant`` speaks about the sign-in; every other 400 leaves it alone.
    """
    code = find_error_code(answer)
    if code == "invalid_grant":
        return SignInNeeded(
            f"Spotify no longer accepts this sign-in (one lasts six months): {SIGN_IN_CURE}"
        )
    if code == "invalid_client":
        return WrongClient(
            "Spotify does not know this app: compare SPOTIFY_CLIENT_ID and"
            " SPOTIFY_CLIENT_SECRET with the app's page in the Spotify dashboard"
        )
    said = quote_spotify(answer)
    return BadRequest(
        f"Spotify refused {label} (status {answer.status}{f', it says {said!r}' if said else ''}):"
        " the sign-in is kept, the next run tries again",
        said,
    )


def _to_grant(answer: Answer, label: str) -> Grant:
    content = parse_json(answer, label)
    access_token = content.get("access_token")
    refresh_token = content.get("refresh_token") or ""
    lifetime = content.get("expires_in")
    if not _is_token(access_token) or (refresh_token and not _is_token(refresh_token)):
        raise NonsenseAnswer(
            f"{label} was answered without a token that can be used: the next run tries again"
        )
    if isinstance(lifetime, bool) or not isinstance(lifetime, int | float) or lifetime <= 0:
        lifetime = _DEFAULT_LIFETIME_SECONDS
    scopes = content.get("scope")
    know(str(access_token), str(refresh_token))
    return Grant(
        str(access_token),
        str(refresh_token),
        float(lifetime),
        tuple(scopes.split()) if isinstance(scopes, str) else (),
    )


def _is_token(value: object) -> bool:
    """Return whether a value can stand in a header as it is."""
    return isinstance(value, str) and re.fullmatch(r"[!-~]+", value) is not None
