"""Where a served page finds the stream of what plays, and what its security policy lets in."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlsplit

from everheard.config import Settings

#: Where Spotify keeps its covers; the element shows no others.
COVERS = "https://*.scdn.co https://*.spotifycdn.com"


class StreamPlace(NamedTuple):
    """The stream as a browser gets there; ``is_public``: it asks for no token."""

    url: str
    origin: str
    is_public: bool


def find_stream(settings: Settings) -> StreamPlace | None:
    """Return where the stream is; None where nothing is shown of what plays."""
    if settings.now_playing == "off":
        return None
    parts = urlsplit(settings.now_playing_url)
    return StreamPlace(
        f"{settings.now_playing_url}/now-playing/stream",
        f"{parts.scheme}://{parts.netloc}",
        settings.now_playing == "public",
    )
