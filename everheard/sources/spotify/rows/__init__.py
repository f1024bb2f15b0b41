"""Spotify JSON -> rows: pure, no I/O, no clock.

Every field of an answer may be missing, null, blank or of another type; a broken
item costs itself at most, never its neighbours. ``plays`` reads recently-played,
``catalogue`` reads tracks, albums and artists, ``fields`` reads single fields.
"""

from everheard.sources.fields import Json, clean_text
from everheard.sources.spotify.rows.plays import (
    PAGE_LIMIT,
    Item,
    merge_answers,
    read_items,
    to_page,
    to_poll_rows,
    trim_answer,
)

__all__ = [
    "PAGE_LIMIT",
    "Item",
    "Json",
    "clean_text",
    "merge_answers",
    "read_items",
    "to_page",
    "to_poll_rows",
    "trim_answer",
]
