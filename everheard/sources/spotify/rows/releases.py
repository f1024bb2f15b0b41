"""Lists of albums and of followed artists -> rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from everheard.names import fold_edition
from everheard.rows import FROM_ANSWER, StagedRows
from everheard.sources.fields import Json, read_dicts, read_text
from everheard.sources.spotify.rows.catalogue import OwedRow
from everheard.sources.spotify.rows.stage import Stage


class ReleaseRow(NamedTuple):
    """One album found: browse, search or artist; whether its artist was never asked for before."""

    album_ref: int
    found_by: str
    edition_name: str
    is_first_look: bool


class WatchRow(NamedTuple):
    """An artist whose albums were asked for; ``is_split``: singles need a call of their own."""

    artist_id: str
    is_split: bool


@dataclass
class ReleaseRows(StagedRows):
    """One batch of albums found, and who was asked."""

    release: list[ReleaseRow] = field(default_factory=list)
    artist_watch: list[WatchRow] = field(default_factory=list)
    owed_answer: list[OwedRow] = field(default_factory=list)


class ReleaseStage:
    """Albums found, under construction into one batch."""

    def __init__(self) -> None:
        self._stage = Stage()
        self._release: list[ReleaseRow] = []
        self._watch: list[WatchRow] = []
        self._owed: list[OwedRow] = []

    @property
    def rows(self) -> ReleaseRows:
        """Return all rows of the batch."""
        return ReleaseRows(
            **vars(self._stage.rows),
            release=self._release,
            artist_watch=self._watch,
            owed_answer=self._owed,
        )

    def add_albums(self, page: Json, found_by: str, *, is_first_look: bool = False) -> int:
        """Add a page of albums; return how many have an id and a name."""
        albums = [
            album
            for album in read_dicts(page, "items")
            if read_text(album, "id") and read_text(album, "name")
        ]
        for album in albums:
            ref = self._stage.add_album(album)
            edition = fold_edition(read_text(album, "name"))
            self._release.append(ReleaseRow(ref, found_by, edition, is_first_look))
        return len(albums)

    def add_watch(self, artist_id: str, *, is_split: bool) -> None:
        """Note that an artist's albums were told."""
        self._watch.append(WatchRow(artist_id, is_split))

    def add_owed(self, artist_id: str, reason: str) -> None:
        """Note that an artist's albums were asked for in vain."""
        if artist_id not in {one.spotify_id for one in self._owed}:
            self._owed.append(OwedRow("artist-albums", artist_id, reason, 0))


def hides_singles(page: Json, limit: int) -> bool:
    """Return whether a full page holds albums only: Spotify lists singles after all of them."""
    items = read_dicts(page, "items")
    kinds = {read_text(item, "album_type").lower() for item in items}
    return len(items) >= limit and bool(read_text(page, "next")) and kinds <= {"album"}


def to_artist_rows(pages: Iterable[Json]) -> StagedRows:
    """Return the artists of some pages, described to the full as Spotify lists them."""
    stage = Stage()
    for page in pages:
        for artist in read_dicts(page, "items"):
            if read_text(artist, "id"):
                stage.add_artist(artist, FROM_ANSWER)
    return stage.rows
