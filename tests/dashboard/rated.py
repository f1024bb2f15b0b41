"""Ratings of a made-up listener."""

from __future__ import annotations

from random import Random

from everheard.report.data import RatedAlbum
from tests.dashboard.names import MINUTE, NAMES, SONGS


def make_ratings(count: int) -> tuple[RatedAlbum, ...]:
    """Return albums whose time goes with their rating, but for every twentieth and the next."""
    random = Random(count)
    rows = []
    for number in range(count):
        rating = min(max(round(random.gauss(62, 22)), 0), 100)
        hours = rating**2 / 900 * random.uniform(0.5, 1.5)
        if number < 60 and number % 20 == 7:
            rating, hours = 92 + number // 20, 0.1 * (number // 20)
        elif number < 60 and number % 20 == 8:
            rating, hours = 20 + number // 20, 21 - number / 4
        album = f"{SONGS[number % 6]} {number}" if number > 5 else SONGS[number]
        rows.append((rating, album, NAMES[number % 16], int(hours * 60 * MINUTE)))
    rows.sort(reverse=True)
    return tuple(
        RatedAlbum(place + 1, album, artist, float(rating), ms)
        for place, (rating, album, artist, ms) in enumerate(rows)
    )
