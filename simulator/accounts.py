"""The accounts service: apps, sign-ins and tokens, without the pages around them.

A refresh token dies six months after its sign-in, and refreshing does not
extend that; an access token lives an hour. Errors carry Spotify's own words.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field, replace
from datetime import timedelta
from hashlib import sha256
from hmac import compare_digest

from simulator.clock import EPOCH, SECOND_MS
from simulator.randomness import base62

ACCESS_TOKEN_SECONDS = 3600
CODE_SECONDS = 600
SIX_MONTHS = 6
DEFAULT_SCOPES = (
    "user-read-recently-played user-read-currently-playing user-read-playback-state"
    " user-follow-read user-library-read user-top-read"
)


class Refusal(Exception):
    """What ``/api/token`` refuses with: an OAuth error, its description and a status."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        self.error, self.description, self.status = error, description, status
        super().__init__(description)


@dataclass(frozen=True)
class SimulatedGrant:
    """What a listener allowed at sign-in; the refresh token stands for it."""

    listener: str
    scopes: tuple[str, ...]
    authorised_ms: int
    refresh_token: str = field(repr=False)


@dataclass(frozen=True)
class Access:
    """An access token; ``listener`` is None for client credentials."""

    listener: str | None
    scopes: tuple[str, ...]
    expires_ms: int


@dataclass(frozen=True)
class Code:
    """An authorisation code on its way from the browser to the app; good once."""

    listener: str
    scopes: tuple[str, ...]
    redirect_uri: str
    expires_ms: int
    challenge: str | None


class Accounts:
    """One developer app and everybody who signed in to it."""

    def __init__(self, seed: int, redirect_uris: tuple[str, ...]) -> None:
        self.client_id = base62(seed, "client", length=32).lower()
        self.client_secret = base62(seed, "secret", length=32).lower()
        self.redirect_uris = redirect_uris
        self._seed = seed
        self._issued = 0
        self._grants: dict[str, SimulatedGrant] = {}
        self._accesses: dict[str, Access] = {}
        self._codes: dict[str, Code] = {}

    def sign_in(self, listener: str, now_ms: int, scopes: str = DEFAULT_SCOPES) -> str:
        """Sign a listener in as the browser would; return the refresh token."""
        return self._grant(listener, tuple(scopes.split()), now_ms).refresh_token

    def refresh_token_of(self, listener: str) -> str:
        """Return the listener's newest refresh token; raises KeyError where there is none."""
        for grant in reversed(self._grants.values()):
            if grant.listener == listener:
                return grant.refresh_token
        raise KeyError(listener)

    def revoke(self, refresh_token: str) -> None:
        """Take a sign-in back, as a listener does on Spotify's page of connected apps."""
        del self._grants[refresh_token]

    def expire_access_tokens(self) -> None:
        """Let every access token be too old from now on."""
        for token, access in self._accesses.items():
            self._accesses[token] = replace(access, expires_ms=0)

    def issue_code(
        self,
        listener: str,
        scopes: str,
        redirect_uri: str,
        now_ms: int,
        challenge: str | None = None,
    ) -> str:
        """Return a code for the redirect after the listener agreed."""
        code = self._make_token("AQC", 120)
        expires_ms = now_ms + CODE_SECONDS * SECOND_MS
        scope_list = tuple(scopes.split())
        self._codes[code] = Code(listener, scope_list, redirect_uri, expires_ms, challenge)
        return code

    def check_client(self, client_id: str, client_secret: str) -> None:
        """Raise Refusal (invalid_client) unless this is the app and its secret."""
        if client_id != self.client_id:
            raise Refusal("invalid_client", "Invalid client")
        if not compare_digest(client_secret.encode(), self.client_secret.encode()):
            raise Refusal("invalid_client", "Invalid client secret")

    def redeem_code(
        self, code: str, redirect_uri: str, verifier: str | None, now_ms: int
    ) -> tuple[str, SimulatedGrant]:
        """Return an access token and the new grant for a code; raises Refusal."""
        pending = self._codes.pop(code, None)
        if pending is None or now_ms >= pending.expires_ms:
            raise Refusal("invalid_grant", "Invalid authorization code")
        if redirect_uri != pending.redirect_uri:
            raise Refusal("invalid_grant", "Invalid redirect URI")
        if pending.challenge is not None:
            if not verifier:
                raise Refusal("invalid_request", "code_verifier must be supplied")
            if challenge_of(verifier) != pending.challenge:
                raise Refusal("invalid_grant", "code_verifier was incorrect")
        grant = self._grant(pending.listener, pending.scopes, now_ms)
        return self._give_access(grant.listener, grant.scopes, now_ms), grant

    def refresh(
        self, refresh_token: str, now_ms: int, *, rotate: bool = False
    ) -> tuple[str, SimulatedGrant]:
        """Return an access token for a refresh token; raises Refusal.

        With ``rotate`` the grant gets a new refresh token and the old one is
        dead; six months still count from the sign-in.
        """
        grant = self._grants.get(refresh_token)
        if grant is None:
            raise Refusal("invalid_grant", "Invalid refresh token")
        if now_ms >= end_of_sign_in(grant.authorised_ms):
            raise Refusal("invalid_grant", "Refresh token expired")
        if rotate:
            del self._grants[refresh_token]
            grant = self._grant(grant.listener, grant.scopes, grant.authorised_ms)
        return self._give_access(grant.listener, grant.scopes, now_ms), grant

    def give_client_access(self, now_ms: int) -> str:
        """Return an access token of the app itself: catalogue only."""
        return self._give_access(None, (), now_ms)

    def read_access(self, token: str) -> Access | None:
        """Return what an access token allows, expired or not; None for an unknown one."""
        return self._accesses.get(token)

    def _give_access(self, listener: str | None, scopes: tuple[str, ...], now_ms: int) -> str:
        token = self._make_token("BQ", 160)
        expires_ms = now_ms + ACCESS_TOKEN_SECONDS * SECOND_MS
        self._accesses[token] = Access(listener, scopes, expires_ms)
        return token

    def _grant(self, listener: str, scopes: tuple[str, ...], authorised_ms: int) -> SimulatedGrant:
        grant = SimulatedGrant(listener, scopes, authorised_ms, self._make_token("AQ", 131))
        self._grants[grant.refresh_token] = grant
        return grant

    def _make_token(self, prefix: str, length: int) -> str:
        self._issued += 1
        halves = (base62(self._seed, "token", self._issued, half, length=80) for half in "ab")
        return (prefix + "".join(halves))[:length]


def challenge_of(verifier: str) -> str:
    """Return the S256 challenge of a PKCE verifier (RFC 7636)."""
    return base64.urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def end_of_sign_in(authorised_ms: int) -> int:
    """Return the moment (ms) six calendar months after a sign-in."""
    authorised = EPOCH + timedelta(milliseconds=authorised_ms)
    year, month = divmod(authorised.year * 12 + authorised.month - 1 + SIX_MONTHS, 12)
    first = authorised.replace(day=1, year=year, month=month + 1)
    end = first + timedelta(days=authorised.day - 1)
    return authorised_ms + round((end - authorised) / timedelta(milliseconds=1))
