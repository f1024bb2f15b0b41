"""Asking MusicBrainz for genres: optional, once a second, under its rules.

After https://musicbrainz.org/doc/MusicBrainz_API and its page on rate limiting: a
User-Agent that names the application and an address, at most one call a second. Genres
are CC0.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from typing import Any

from everheard.failure import ExitCode, Failure
from everheard.sources.http import Sender, Service

#: What the reservation of calls is kept under, beside Spotify's apps.
CLIENT_ID = BUCKET = "musicbrainz"
_PAUSE_SECONDS = 1.0

Json = dict[str, Any]


class MusicBrainzAway(Failure):
    """MusicBrainz did not answer, or not in the way its documentation says."""

    exit_code = ExitCode.SPOTIFY_UNAVAILABLE


MUSICBRAINZ = Service("MusicBrainz", MusicBrainzAway)


class MusicBrainz:
    """MusicBrainz as one run asks it; ``call_count`` counts calls."""

    def __init__(
        self,
        sender: Sender,
        url: str,
        contact: str,
        *,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._sender = sender
        self._url = url
        self._headers = {"User-Agent": f"Everheard ( {contact} )"}
        self._sleep = sleep
        self._asked_at: float | None = None

    @property
    def call_count(self) -> int:
        """Return how many calls were made, retries included."""
        return self._sender.request_count

    def fetch_isrc(self, isrc: str) -> Json | None:
        """Fetch the recordings of a code with their artists and genres; None for an unknown one."""
        if not re.fullmatch(r"[A-Z0-9]{12}", isrc):
            return None
        self._wait()
        answer = self._sender.send(
            "GET",
            f"{self._url}/ws/2/isrc/{isrc}",
            headers=self._headers,
            params={"inc": "artist-credits genres", "fmt": "json"},
        )
        if answer.status == 404:
            return None
        try:
            content = json.loads(answer.body)
        except ValueError:
            content = None
        if answer.status != 200 or not isinstance(content, dict):
            raise MusicBrainzAway(
                f"MusicBrainz did not give genres (status {answer.status}):"
                " nothing is wrong here, it is asked again later."
            )
        return content

    def _wait(self) -> None:
        now = self._sender.clock()
        if self._asked_at is not None:
            self._sleep(max(0.0, self._asked_at + _PAUSE_SECONDS - now))
        self._asked_at = self._sender.clock()
