"""What one listener likes, quarter by quarter: Zipf over artists and over their tracks."""

from __future__ import annotations

from bisect import bisect
from itertools import accumulate
from random import Random

from simulator.catalogue import Catalogue, SimulatedAlbum, SimulatedArtist, SimulatedTrack
from simulator.clock import DAY_MS
from simulator.randomness import seeded

QUARTER_DAYS = 91


class Taste:
    """The weights of one quarter; ``draw`` is one look-up in a running sum."""

    def __init__(self, artists: list[SimulatedArtist], quarter: int) -> None:
        self.artists = artists
        start_ms = quarter * QUARTER_DAYS * DAY_MS
        end_ms = start_ms + QUARTER_DAYS * DAY_MS
        self.tracks: list[SimulatedTrack] = []
        self.new_albums: list[SimulatedAlbum] = []
        weights: list[float] = []
        for rank, artist in enumerate(artists, start=1):
            share = 1 / rank**0.9
            place = 0
            for album in artist.albums:
                if start_ms < album.released_ms <= end_ms and rank <= 100:
                    self.new_albums.append(album)
                if album.released_ms > start_ms:
                    continue
                for track in album.tracks:
                    if track.blanked_ms is None or track.blanked_ms > end_ms:
                        place += 1
                        self.tracks.append(track)
                        weights.append(share / (1 + place) ** 0.7)
        self._sums = list(accumulate(weights))

    def draw(self, rng: Random) -> SimulatedTrack:
        """Return one track, the liked ones far more often."""
        return self.tracks[bisect(self._sums, rng.random() * self._sums[-1])]

    def find_new_album(self, rng: Random, moment_ms: int) -> SimulatedAlbum | None:
        """Return an album of a liked artist that came out in the two weeks before, if any."""
        fresh = [
            album
            for album in self.new_albums
            if moment_ms - 14 * DAY_MS < album.released_ms <= moment_ms
        ]
        return rng.choice(fresh) if fresh else None


def rank_artists(
    catalogue: Catalogue, seed: int, listener: str, quarter: int
) -> list[SimulatedArtist]:
    """Return all artists, the listener's favourites first.

    Half of an artist's place is the listener's for good, half is drawn anew
    each quarter, so that taste drifts without ever turning over at once.
    """
    lasting = seeded(seed, listener, "taste")
    passing = seeded(seed, listener, "taste", quarter)
    scored = []
    for artist in catalogue.artists:
        score = lasting.random() ** 2 + 0.15 * passing.random() - artist.popularity / 500
        if artist.albums and artist.popularity:
            scored.append((score, artist))
    scored.sort(key=lambda pair: pair[0])
    return [artist for _, artist in scored]
