"""Fields of an answer, whatever state they are in: missing, null, blank or of another type."""

from __future__ import annotations

import hashlib
from typing import Any

Json = dict[str, Any]

# An index entry of Postgres holds 2,700 bytes; a local file's URI spells out its tags.
_LONGEST_KEY = 500


def clean_text(value: Any) -> str:
    """Return text that Postgres takes: no NUL, no half of a surrogate pair, no outer spaces."""
    if not isinstance(value, str):
        return ""
    text = value.replace("\x00", "")
    return text.encode("utf-8", "replace").decode("utf-8").strip()


def read_text(json: Any, name: str) -> str:
    """Return a text field, clean; "" for anything else."""
    return clean_text(json.get(name)) if isinstance(json, dict) else ""


def read_key(json: Any, name: str) -> str:
    """Return an id or URI; of one too long for an index the beginning, and a digest of all."""
    text = read_text(json, name)
    if len(text) <= _LONGEST_KEY:
        return text
    return f"{text[:_LONGEST_KEY]}#{hashlib.sha256(text.encode()).hexdigest()}"


def read_dict(json: Any, name: str) -> Json:
    """Return an object inside; {} for anything else."""
    value = json.get(name) if isinstance(json, dict) else None
    return value if isinstance(value, dict) else {}


def read_list(json: Any, name: str) -> list[Any]:
    """Return a list inside; [] for anything else."""
    value = json.get(name) if isinstance(json, dict) else None
    return value if isinstance(value, list) else []


def read_dicts(json: Any, name: str) -> list[Json]:
    """Return the objects of a list inside."""
    return [element for element in read_list(json, name) if isinstance(element, dict)]


def read_integer(json: Json, name: str) -> int | None:
    """Return a whole number of at most 31 bits; Spotify sometimes writes numbers as floats."""
    value = json.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if 0 <= value < 2**31 else None


def read_flag(json: Json, name: str) -> bool | None:
    """Return true or false; None for anything else."""
    value = json.get(name)
    return value if isinstance(value, bool) else None
