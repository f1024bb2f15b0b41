"""One listener's sign-in during a run: which token is used, whose it is, where a new one is kept.

Tokens are known from three places: the settings (the way in), the ledger
(one renewal, anywhere, serves every runner) and the spool (rotated while the database
was away).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from everheard.config import Settings, SignIn
from everheard.encryption import NotDecryptable, fingerprint
from everheard.failure import Failure
from everheard.ledger.operations.runs import NO_OPERATIONS, Operations
from everheard.ledger.operations.sign_ins import (
    KeptSignIn,
    decrypt_token,
    insert_rotated_token,
    upsert_sign_in,
)
from everheard.run.job import Run
from everheard.run.spool import Spool, Spooled
from everheard.run.warnings import say_other_zone
from everheard.sources.http import Sender
from everheard.sources.spotify.auth import RenewingToken
from everheard.sources.spotify.client import SpotifyClient
from everheard.sources.spotify.errors import SignInNeeded
from everheard.sources.spotify.rows.account import to_account

_TOKEN = "token"  # noqa: S105 (the kind of a spool file)


def list_owners(settings: Settings) -> list[str]:
    """Return the fingerprints of the tokens in the settings, by which the spool is kept."""
    return [fingerprint(settings.client_secret, one.refresh_token) for one in settings.sign_ins]


def open_operations(run: Run) -> Operations:
    """Read what is known, or go on without: what Spotify shows now is fetched all the same."""
    try:
        return run.ledger.read_operations(list_owners(run.settings))
    except Failure as failure:
        run.ledger.give_up(failure)
        return NO_OPERATIONS


class Session:
    """A listener as one run meets them; nothing is asked of anybody before it is needed.

    ``owner`` is the fingerprint of the token in the settings; ``owners`` adds those of
    the listener's earlier sign-ins, by which what they spooled is still found.
    """

    def __init__(self, run: Run, sender: Sender, operations: Operations, sign_in: SignIn) -> None:
        self.owner = fingerprint(run.settings.client_secret, sign_in.refresh_token)
        self.spool = Spool(run.settings.spool_dir, run.settings.client_secret)
        self.is_known = self.owner in operations.sign_ins
        self._run = run
        self._sender = sender
        self._sign_in = sign_in
        self._known = operations.sign_ins.get(self.owner)
        self.owners = {self.owner, *(self._known.fingerprints if self._known else ())}
        self._client: SpotifyClient | None = None

    @property
    def client(self) -> SpotifyClient:
        """Return a client signed in with the newest token that Spotify still takes.

        Raises SignInNeeded when none is good any more.
        """
        if self._client is None:
            self._client = self._open_client()
        return self._client

    def find_listener(self) -> int:
        """Return the listener's key; at first sight, ask Spotify once whose token this is."""
        known = self._known or self._register_listener()
        is_new = isinstance(known, KeptSignIn) and known.is_new
        said = say_other_zone(self._sign_in.timezone, known.timezone, is_new=is_new)
        self._run.outcome.warnings += [one for one in said if one not in self._run.outcome.warnings]
        if not (self._known and self._run.options.dry_run):
            self._store_spooled_tokens()
        return known.listener_key

    def _open_client(self) -> SpotifyClient:
        settings = self._run.settings
        candidates = self._list_candidates()
        for place, candidate in enumerate(candidates, start=1):
            token = RenewingToken(
                self._sender,
                settings.accounts_url,
                settings.client_id,
                settings.client_secret,
                candidate,
                self._keep_in_place_of(candidate),
            )
            try:
                token.renew()
            except SignInNeeded:
                if place == len(candidates):
                    raise
            else:
                return SpotifyClient(self._sender, token, settings.api_url)
        raise AssertionError("unreachable")

    def _list_candidates(self) -> list[str]:
        """Return the tokens to try, best first: those spooled, the ledger's, the setting."""
        spooled, _ = self._read_spooled_tokens()
        candidates = [str(one.content.get("refresh_token")) for one in reversed(spooled)]
        if self._known and self._known.latest_fingerprint != self.owner:
            # Encrypted under an earlier client secret, it is lost: the setting is the way in.
            with suppress(NotDecryptable):
                secret = self._run.settings.client_secret
                candidates.append(decrypt_token(secret, self._known.encrypted_latest_token))
        return list(dict.fromkeys([*candidates, self._sign_in.refresh_token]))

    def _keep_in_place_of(self, old_token: str) -> Callable[[str], None]:
        """Return what keeps a token that Spotify hands out in the old one's place."""

        def keep(new_token: str) -> None:
            # A listener who is not in the ledger yet has no row to put the new token beside.
            if self.is_known:
                with suppress(Failure):
                    self._insert_rotated(replaced, new_token)
                    return
            content = {"refresh_token": new_token, "replaces": replaced}
            self.spool.add(_TOKEN, self.owner, content)

        replaced = fingerprint(self._run.settings.client_secret, old_token)
        return keep

    def _insert_rotated(self, old_fingerprint: str, new_token: str) -> None:
        insert_rotated_token(
            self._run.ledger.connect(),
            client_secret=self._run.settings.client_secret,
            old_fingerprint=old_fingerprint,
            refresh_token=new_token,
        )

    def _store_spooled_tokens(self) -> None:
        spooled, faults = self._read_spooled_tokens()
        self._run.outcome.warnings += faults
        for one in spooled:
            replaced = str(one.content.get("replaces") or self.owner)
            self._insert_rotated(replaced, str(one.content.get("refresh_token")))
        self.spool.remove(spooled)

    def _read_spooled_tokens(self) -> tuple[list[Spooled], list[str]]:
        """Return the spooled tokens, each after the one it replaces, and the faults.

        By that chain and not by the hour in their names: clocks are set back.
        """
        spooled, faults = self.spool.read(_TOKEN, self.owner)
        secret = self._run.settings.client_secret
        prints = [fingerprint(secret, str(one.content.get("refresh_token"))) for one in spooled]
        parents = {
            print_: str(one.content.get("replaces"))
            for print_, one in zip(prints, spooled, strict=True)
        }

        def count_before(print_: str) -> int:
            count = 0
            while (print_ := parents.get(print_, "")) in parents and count < len(parents):
                count += 1
            return count

        places = dict(zip((one.path for one in spooled), map(count_before, prints), strict=True))
        return sorted(spooled, key=lambda one: places[one.path]), faults

    def _register_listener(self) -> KeptSignIn:
        account = to_account(self.client.fetch_me())
        if account is None:
            raise SignInNeeded("Spotify did not say whose sign-in this is: sign in again.")
        return upsert_sign_in(
            self._run.ledger.connect(),
            client_secret=self._run.settings.client_secret,
            refresh_token=self._sign_in.refresh_token,
            **account._asdict(),
            timezone=self._sign_in.timezone,
        )
