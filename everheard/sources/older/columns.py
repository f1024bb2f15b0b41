"""What the columns of somebody's table of plays mean, by their names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

#: Meaning -> names it goes by, the likelier first; compared without case and underscores.
_NAMES = {
    "moment": (
        "playedat", "playedattime", "timeplayed", "listenedat", "endedat", "startedat",
        "timestamp", "datetime", "playtime", "time", "date", "ts",
    ),
    "track_id": ("trackid", "spotifytrackid", "trackuri", "spotifytrackuri", "songid", "uri", "id"),
    "track_name": ("trackname", "songname", "tracktitle", "track", "song", "title", "name"),
    "album_name": ("albumname", "albumtitle", "album"),
    "duration": ("durationms", "trackdurationms", "lengthms", "duration", "length"),
}  # fmt: skip
_ARTIST_NAME = re.compile(r"(main|album)?(artist|aritst)s?(name)?(\d*)(name)?")
_ARTIST_ID = re.compile(r"(artist|aritst)(\d*)(id|uri)(\d*)")


class Meaning(NamedTuple):
    """Which column holds what; "" where none does. Artists stand in their order."""

    moment: str
    track_id: str
    track_name: str
    album_name: str
    duration: str
    artist_names: tuple[str, ...]
    artist_ids: tuple[str, ...]

    def describe(self) -> str:
        """Return what was understood, for a person to look at."""
        told = {
            "moment": self.moment,
            "track": self.track_name or self.track_id,
            "artists": ", ".join(self.artist_names),
            "album": self.album_name,
            "length": self.duration,
        }
        return "; ".join(f"{what}: {column}" for what, column in told.items() if column)


def recognise(columns: Iterable[str]) -> Meaning | None:
    """Return what columns mean; None where they do not tell when what was played."""
    given = list(columns)
    folded = {re.sub("[^a-z0-9]", "", column.lower()): column for column in reversed(given)}
    found = {
        meaning: next((folded[name] for name in names if name in folded), "")
        for meaning, names in _NAMES.items()
    }
    names = [one for fold, one in folded.items() if _ARTIST_NAME.fullmatch(fold)]
    ids = [one for fold, one in folded.items() if _ARTIST_ID.fullmatch(fold)]
    if not found["moment"] or not (found["track_name"] or found["track_id"]):
        return None
    return Meaning(
        found["moment"],
        found["track_id"],
        found["track_name"],
        found["album_name"],
        found["duration"],
        tuple(sorted(names, key=given.index)),
        tuple(sorted(ids, key=given.index)),
    )
