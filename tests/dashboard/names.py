"""Names that a made-up listener hears, awkward ones among them."""

from __future__ import annotations

MINUTE = 60_000
NAMES = (
    "Marlow Pines", "The Quiet Freight", "Asa Lind", "Nine Lanterns", "Kōyō Ensemble",
    "Bruna Telles", "Hollow Coast", "Emil & Vera", "Saltwork", "Odd Thursday", "Ilse Brandt",
    "Night Ferry", "東京の夜", "<Angle> Brackets", "Perla Nuñez", "Fourth Harbour",
)  # fmt: skip
SPOTIFY = "https://open.spotify.com/"
SONGS = ("Slow Water", "Letters Home", "Öland", "Glass & Salt", "Seven", "A Very Long Way Round")
