"""What one app may ask of Spotify's catalogue: closed for now, never open, or untried."""

from __future__ import annotations

from everheard.ledger.operations.quota import insert_capability, read_capabilities
from everheard.run.job import Run
from everheard.run.ledger import LedgerHandle
from everheard.sources.http import Patience, Sender
from everheard.sources.spotify.auth import AppToken
from everheard.sources.spotify.client import SpotifyClient
from everheard.sources.spotify.errors import BadRequest, NotAvailable, SpotifyError

#: Every retry counts against the quota too.
PATIENCE = Patience(attempts=3)
#: How long it is believed that an app may or may not do something, in days; and, where the
#: answer was no clear one (a 429, a 500, an empty 404), that it may not.
DAYS_OF_BELIEF, DAYS_OF_DOUBT = 30, 1


def open_app_client(run: Run, sender: Sender) -> SpotifyClient:
    """Return a client with the app's own token: it reads the catalogue without a listener.

    Answers under the id that was asked for, where a listener's token may get another's.
    """
    settings = run.settings
    token = AppToken(sender, settings.accounts_url, settings.client_id, settings.client_secret)
    return SpotifyClient(sender, token, settings.api_url)


class AppAccess:
    """What is known of an app, for this run and the next ones; ``closed``: buckets, this run."""

    def __init__(self, ledger: LedgerHandle, client_id: str) -> None:
        known = read_capabilities(ledger.connect(), client_id)
        self.closed = set(known.blocked_until)
        self._available = known.available
        self._ledger = ledger
        self._client_id = client_id

    def may(self, capability: str) -> bool:
        """Return whether the app may do something, as far as is known (untried: yes)."""
        return self._available.get(capability, True)

    def knows(self, capability: str) -> bool:
        """Return whether it has been found out what the app may do."""
        return capability in self._available

    def learn(self, capability: str, *, is_available: bool, days: int = DAYS_OF_BELIEF) -> None:
        """Remember what the app may do, for this run and the next ones."""
        if self._available.get(capability) is not is_available:
            self._available[capability] = is_available
            insert_capability(
                self._ledger.connect(),
                self._client_id,
                capability,
                is_available=is_available,
                days=days,
            )

    def degrade(self, capability: str, trouble: SpotifyError) -> None:
        """Remember that the app may not do something; for a day only where the answer was unclear.

        From an app that may not, Spotify's answer may be anything: a 403, an empty 404, a 429
        from the first call, a 500.
        """
        is_clear = isinstance(trouble, NotAvailable | BadRequest)
        days = DAYS_OF_BELIEF if is_clear else DAYS_OF_DOUBT
        self.learn(capability, is_available=False, days=days)
