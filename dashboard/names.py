"""The names that the search looks through, most listened first, within a budget of bytes."""

from __future__ import annotations

import json
from collections.abc import Iterable

from everheard.report.data import Discovery, ListenerData
from everheard.report.words import MINUTE_MS
from everheard.rims.plain import to_line

#: What the names may weigh: a page stays under 1.5 MB, however large the ledger.
MOST_BYTES = 130_000


def write_names(data: ListenerData) -> str:
    """Return the script that holds the names; on file:// there is no fetch.

    A row is name, minutes, plays, first and last month, Spotify's id. A song names its artist
    before the minutes: by the place among the artists, or in full where that is not in.
    """
    rows: dict[str, list[str]] = {"artists": [], "songs": []}
    places: dict[str, int] = {}
    size = 0
    both = [("artists", one) for one in data.artists] + [("songs", one) for one in data.tracks]
    both.sort(key=lambda pair: -pair[1].total.ms)
    for kind, one in both:
        artist = to_line(one.artist_name)
        credit = [places.get(artist, artist)] if kind == "songs" else []
        name = to_line(one.name)
        row = [name, *credit, *_to_figures(one)]
        text = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
        size += len(text.encode()) + 2
        if size > MOST_BYTES:
            break
        if kind == "artists":
            places.setdefault(name, len(places))
        rows[kind].append(text)
    said = json.dumps(_say_what_is_in(data, sum(map(len, rows.values()))))
    lists = ",\n".join(f"{kind}:[\n" + ",\n".join(rows[kind]) + "\n]" for kind in rows)
    return f"window.EVERHEARD_NAMES={{said:{said},\n{lists}}};\n".replace("<", "\\u003c")


def _to_figures(one: Discovery) -> list[int | str]:
    return [
        round(one.total.ms / MINUTE_MS),
        one.total.plays,
        one.first_date.year * 12 + one.first_date.month - 1,
        one.last_date.year * 12 + one.last_date.month - 1,
        (one.url or "").rpartition("/")[2],
    ]


def _say_what_is_in(data: ListenerData, count: int) -> str:
    everything = data.artist_count + data.track_count
    if count >= everything:
        return f"{data.artist_count:,} artists and {data.track_count:,} songs are in the data."
    return f"The search knows the {count:,} most heard of {everything:,} artists and songs."


def sort_by_time(found: Iterable[Discovery]) -> list[Discovery]:
    """Return what was found, most time first."""
    return sorted(found, key=lambda one: (-one.total.ms, one.name))
