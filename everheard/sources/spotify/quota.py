"""What a day of Spotify bears: calls per bucket over a rolling 24 hours.

Spotify publishes neither its buckets nor their size; these are what developers measured
in 2026, kept with room to spare. Reaching one costs 6 to 24 hours of that bucket.
"""

from __future__ import annotations

from everheard.sources.spotify.client import ALBUM_TRACKS, ARTIST_ALBUMS, SEARCH

#: Buckets that were seen to end early; every other one is taken to bear ``USUAL_CEILING``.
CEILINGS = {ARTIST_ALBUMS.bucket: 95, SEARCH.bucket: 150, ALBUM_TRACKS.bucket: 200}
USUAL_CEILING = 450


def find_ceiling(bucket: str) -> int:
    """Return how many calls to a bucket are safe within any 24 hours."""
    return CEILINGS.get(bucket, USUAL_CEILING)
