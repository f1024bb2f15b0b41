"""Answers about tracks, albums and artists -> rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from everheard.names import fold_name
from everheard.rows import FROM_ANSWER, FROM_PLAY, StagedRows
from everheard.sources.fields import (
    Json,
    clean_text,
    read_dict,
    read_dicts,
    read_integer,
    read_list,
    read_text,
)
from everheard.sources.spotify.rows.stage import Stage

#: No album is asked for further than that, whatever its pages link to.
MOST_TRACKS = 5000

#: An id that was asked for, and the folded name it is known by.
Alias = tuple[str, str]


class AnsweredTrackRow(NamedTuple):
    """A track that was answered under another id than the one asked for."""

    track_uri: str
    answered_id: str


class ArtistGenreRow(NamedTuple):
    """One genre of one artist, and who says so: spotify or musicbrainz."""

    artist_ref: int
    name: str
    genre_source: str


class OwedRow(NamedTuple):
    """Something asked for and not answered in full: reason and, for pages, where to go on."""

    kind: str
    spotify_id: str
    reason: str
    next_offset: int


@dataclass
class AnswerRows(StagedRows):
    """One batch of answers, with what no play carries."""

    answered_track: list[AnsweredTrackRow] = field(default_factory=list)
    artist_genre: list[ArtistGenreRow] = field(default_factory=list)
    owed_answer: list[OwedRow] = field(default_factory=list)


class AnswerStage:
    """Answers under construction into one batch.

    A blank answer (a record taken down) is owed, like a refusal: its ids are known,
    and nothing else of it is believed.
    """

    def __init__(self) -> None:
        self._stage = Stage()
        self._rows = AnswerRows()
        #: Albums of which a further page came: what was owed of them is settled, or owed anew.
        self.paged_albums: list[str] = []
        self.has_genres = False

    @property
    def refused_count(self) -> int:
        """Return how many objects were asked for in vain: further pages are none."""
        return sum(one.reason != "pages" for one in self._rows.owed_answer)

    @property
    def rows(self) -> AnswerRows:
        """Return all rows of the batch."""
        merged = vars(self._rows) | vars(self._stage.rows)
        return AnswerRows(**merged)

    def add_owed(self, kind: str, spotify_id: str, reason: str, next_offset: int = 0) -> None:
        """Note what was not answered in full."""
        self._rows.owed_answer.append(OwedRow(kind, spotify_id, reason, next_offset))

    def add_track(self, asked_id: str, json: Json) -> bool:
        """File a track under the id asked for; return whether the answer says anything."""
        if not read_text(json, "name"):
            self.add_owed("track", asked_id, "blank")
            return False
        self._file_track(asked_id, json, FROM_ANSWER)
        return True

    def add_artist(self, asked_id: str, json: Json) -> bool:
        """File an artist under the id asked for; return whether the answer says anything."""
        if not read_text(json, "name"):
            self.add_owed("artist", asked_id, "blank")
            return False
        ref = self._stage.add_artist({**json, "id": asked_id}, FROM_ANSWER)
        names = {genre for raw in read_list(json, "genres") if (genre := clean_text(raw))}
        self.has_genres |= bool(names)
        self._rows.artist_genre += [ArtistGenreRow(ref, name, "spotify") for name in sorted(names)]
        return True

    def add_album(self, asked_id: str, json: Json, aliases: Iterable[Alias] = ()) -> bool:
        """File an album and its first tracks; return whether the answer says anything.

        Further pages are owed. ``aliases`` are tracks that Spotify answers under other
        ids: each is filed where exactly one track of the album bears its name.
        """
        if not read_text(json, "name"):
            self.add_owed("album", asked_id, "blank")
            return False
        album = {name: value for name, value in json.items() if name != "tracks"}
        album["id"] = asked_id
        self._stage.add_album(album, FROM_ANSWER)
        tracks = read_dict(json, "tracks")
        listed = read_dicts(tracks, "items")
        self._file_tracks(album, listed)
        self._file_aliases(album, listed, list(aliases))
        if listed or not tracks:
            self._owe_pages(asked_id, tracks, 0, len(read_list(tracks, "items")))
        else:
            self.add_owed("album-tracks", asked_id, "pages")
        return True

    def add_album_tracks(self, album_id: str, page: Json, offset: int) -> None:
        """File a further page of an album's tracks; ``offset`` is where it begins."""
        listed = read_dicts(page, "items")
        self._file_tracks({"id": album_id}, listed)
        self.paged_albums.append(album_id)
        self._owe_pages(album_id, page, offset, offset + len(read_list(page, "items")))

    def _owe_pages(self, album_id: str, page: Json, offset: int, next_offset: int) -> None:
        # A page that links on without items, or past the last of them, has been seen: going on
        # would never end.
        total = read_integer(page, "total")
        end = MOST_TRACKS if total is None else min(total, MOST_TRACKS)
        if read_text(page, "next") and offset < next_offset < end:
            self.add_owed("album-tracks", album_id, "pages", next_offset)

    def _file_tracks(self, album: Json, tracks: list[Json]) -> None:
        for track in tracks:
            track_id = read_text(track, "id")
            if track_id and read_text(track, "name"):
                self._file_track(track_id, {**track, "album": album}, FROM_PLAY)

    def _file_aliases(self, album: Json, tracks: list[Json], aliases: list[Alias]) -> None:
        """File by name what cannot be filed by id, where both sides have the name once."""
        ids = {read_text(track, "id") for track in tracks}
        by_name = {fold_name(read_text(track, "name")): track for track in tracks}
        there = Counter(fold_name(read_text(track, "name")) for track in tracks)
        here = Counter(name for _, name in aliases)
        for track_id, name in aliases:
            if track_id not in ids and there[name] == here[name] == 1 and name:
                self._file_track(track_id, {**by_name[name], "album": album}, FROM_PLAY)

    def _file_track(self, asked_id: str, json: Json, level: int) -> None:
        answered_id, uri = read_text(json, "id"), f"spotify:track:{asked_id}"
        self._stage.add_track({**json, "id": asked_id, "uri": uri}, uri, level)
        if answered_id and answered_id != asked_id:
            self._rows.answered_track.append(AnsweredTrackRow(uri, answered_id))
