"""What there is to hear: artists, albums, tracks, shows and episodes, and how to find them.

A catalogue never changes. Time shows through it: an album is there from its
release on, a track that is taken down answers blank from that moment on.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field


@dataclass(slots=True, eq=False)
class SimulatedArtist:
    """One artist; ``albums`` holds the albums the artist is an album artist of."""

    id: str
    name: str | None
    genres: list[str]
    popularity: int
    albums: list[SimulatedAlbum] = field(default_factory=list, repr=False)
    appears_on: list[SimulatedAlbum] = field(default_factory=list, repr=False)


@dataclass(slots=True, eq=False)
class SimulatedAlbum:
    """One album id; editions of one record are several of these.

    ``released_ms`` is when it appears; ``release_date`` is the text Spotify
    shows, with its precision, and may be None, a bare year or "0000".
    """

    id: str
    name: str
    album_type: str
    artists: tuple[SimulatedArtist, ...]
    released_ms: int
    release_date: str | None
    release_date_precision: str | None
    upc: str
    label: str
    has_images: bool = True
    tracks: list[SimulatedTrack] = field(default_factory=list, repr=False)


@dataclass(slots=True, eq=False)
class SimulatedTrack:
    """One track id. A local file has no id of its own (None) and no ISRC.

    ``returned_as`` is the track that answers instead when a user's token asks
    for this id (relinking); ``blanked_ms`` is when it is taken down.
    """

    id: str | None
    name: str
    album: SimulatedAlbum
    artists: tuple[SimulatedArtist, ...]
    disc_number: int
    track_number: int
    duration_ms: int
    explicit: bool
    isrc: str | None
    popularity: int
    uri: str
    is_local: bool = False
    blanked_ms: int | None = None
    returned_as: SimulatedTrack | None = None


@dataclass(slots=True, eq=False)
class SimulatedShow:
    """One podcast, or an audiobook where ``is_audiobook``."""

    id: str
    name: str
    publisher: str
    is_audiobook: bool
    episodes: list[SimulatedEpisode] = field(default_factory=list, repr=False)


@dataclass(slots=True, eq=False)
class SimulatedEpisode:
    """One episode of a podcast, or one chapter of an audiobook."""

    id: str
    name: str
    show: SimulatedShow
    duration_ms: int
    release_date: str


class Catalogue:
    """Everything, with look-ups by id, ISRC and time of release."""

    def __init__(
        self,
        artists: list[SimulatedArtist],
        albums: list[SimulatedAlbum],
        locals_: list[SimulatedTrack],
        shows: list[SimulatedShow],
    ) -> None:
        self.artists = artists
        self.albums = sorted(albums, key=lambda album: album.released_ms)
        self.tracks = [track for album in self.albums for track in album.tracks]
        self.local_files = locals_
        self.shows = shows
        self.artist_by_id = {artist.id: artist for artist in artists}
        self.album_by_id = {album.id: album for album in albums}
        self.track_by_id = {track.id: track for track in self.tracks if track.id}
        self.show_by_id = {show.id: show for show in shows}
        self.episode_by_id = {episode.id: episode for show in shows for episode in show.episodes}
        self.tracks_by_isrc: dict[str, list[SimulatedTrack]] = {}
        for track in self.tracks:
            if track.isrc:
                self.tracks_by_isrc.setdefault(track.isrc.upper(), []).append(track)
        self._released = [album.released_ms for album in self.albums]

    def albums_released(self, since_ms: int, until_ms: int) -> list[SimulatedAlbum]:
        """Return the albums released after ``since_ms`` and up to ``until_ms``, oldest first."""
        first, last = bisect_right(self._released, since_ms), bisect_right(self._released, until_ms)
        return self.albums[first:last]
