"""The names that the search looks through, most listened first, within a budget of bytes."""

from __future__ import annotations

import json
from collections.abc import Iterable

from everheard.report.book import Book, Discovery
from everheard.report.words import say_time

#: What the names may weigh: a page stays under 1.5 MB, however large the ledger.
MOST_BYTES = 130_000
_SPOTIFY = "https://open.spotify.com/"


def write_names(book: Book) -> str:
    """Return the script that holds the names; on file:// there is no fetch."""
    rows, size = [], 0
    both = [("a", one) for one in book.artists] + [("t", one) for one in book.tracks]
    both.sort(key=lambda pair: -pair[1].total.ms_listened)
    for kind, one in both:
        row = json.dumps(_to_row(kind, one), ensure_ascii=False, separators=(",", ":"))
        size += len(row.encode()) + 2
        if size > MOST_BYTES:
            break
        rows.append(row)
    said = _say_what_is_in(book, len(rows))
    body = ",\n".join(rows).replace("<", "\\u003c")
    return f"window.EVERHEARD_NAMES={{said:{json.dumps(said)},rows:[\n{body}\n]}};\n"


def _to_row(kind: str, one: Discovery) -> list[str]:
    return [
        kind,
        one.name,
        one.artist_name,
        say_time(one.total.ms_listened),
        f"{one.total.play_count:,}",
        f"{one.first_date:%b %Y}",
        f"{one.last_date:%b %Y}",
        (one.url or "").removeprefix(_SPOTIFY),
    ]


def _say_what_is_in(book: Book, count: int) -> str:
    everything = book.artist_count + book.track_count
    if count >= everything:
        return f"{book.artist_count:,} artists and {book.track_count:,} songs are in the book."
    return f"The search knows the {count:,} most heard of {everything:,} artists and songs."


def sort_by_time(found: Iterable[Discovery]) -> list[Discovery]:
    """Return what was found, most time first."""
    return sorted(found, key=lambda one: (-one.total.ms_listened, one.name))
