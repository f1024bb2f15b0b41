"""Seeded randomness: the same labels give the same numbers on every machine and Python."""

from __future__ import annotations

import random
from hashlib import sha512

ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def seeded(*labels: object) -> random.Random:
    """Return a generator that depends on the labels alone (never on ``hash``)."""
    return random.Random(":".join(str(label) for label in labels))


def base62(*labels: object, length: int = 22) -> str:
    """Return an id as Spotify writes them, made of the labels; at most 85 characters."""
    number = int.from_bytes(sha512(":".join(str(label) for label in labels).encode()).digest())
    digits = []
    for _ in range(length):
        number, digit = divmod(number, 62)
        digits.append(ALPHABET[digit])
    return "".join(digits)
