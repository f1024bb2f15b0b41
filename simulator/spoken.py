"""Podcasts and audiobooks of the catalogue."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from simulator.catalogue import SimulatedEpisode, SimulatedShow
from simulator.naming import ADJECTIVES, FIRST, LAST, NOUNS
from simulator.randomness import base62, seeded

PODCAST_COUNT = 8
AUDIOBOOK_COUNT = 3


def make_shows(seed: int) -> list[SimulatedShow]:
    """Return podcasts with weekly episodes, then audiobooks with chapters."""
    rng = seeded("shows", seed)
    return [
        _make_show(seed, rng, number, is_audiobook=number >= PODCAST_COUNT)
        for number in range(PODCAST_COUNT + AUDIOBOOK_COUNT)
    ]


def _make_show(seed: int, rng: Random, number: int, *, is_audiobook: bool) -> SimulatedShow:
    publisher = f"{rng.choice(FIRST)} {rng.choice(LAST)}"
    name = f"{rng.choice(ADJECTIVES)} {rng.choice(NOUNS)}"
    show = SimulatedShow(base62(seed, "show", number), name, publisher, is_audiobook)
    first = date(2019, 1, 7) + timedelta(days=rng.randrange(365))
    for episode in range(rng.randint(12, 60)):
        title = f"Chapter {episode + 1}" if is_audiobook else f"#{episode + 1}: {rng.choice(NOUNS)}"
        minutes = rng.randint(8, 25) if is_audiobook else rng.randint(20, 90)
        show.episodes.append(
            SimulatedEpisode(
                base62(seed, "episode", number, episode),
                title,
                show,
                minutes * 60_000 + rng.randrange(60_000),
                (first + timedelta(weeks=episode)).isoformat(),
            )
        )
    return show
