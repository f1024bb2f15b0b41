"""The catalogue as Spotify's JSON, field for field, as an old app or one of 2026 sees it.

An app made since 2026-02 no longer gets popularity, followers, available_markets,
label, album_group, linked_from and genres; absent, not null.
"""

from __future__ import annotations

from typing import Any

from simulator.catalogue import (
    SimulatedAlbum,
    SimulatedArtist,
    SimulatedEpisode,
    SimulatedShow,
    SimulatedTrack,
)
from simulator.clock import to_iso
from simulator.discography import VARIOUS_ARTISTS_ID
from simulator.listening import Play
from simulator.randomness import base62

Json = dict[str, Any]

MARKETS = ["AT", "DE", "FR", "GB", "JP", "US"]
#: What a page of an album's tracks holds when it comes inside the album.
EMBEDDED_TRACKS = 50
OPEN_URL = "https://open.spotify.com"


class Shapes:
    """Turn catalogue entries into answers whose links point at ``api_url``."""

    def __init__(self, api_url: str, *, old: bool) -> None:
        self.api_url = api_url
        self.old = old
        self._tracks: dict[str, Json] = {}

    def simple_artist(self, artist: SimulatedArtist) -> Json:
        """Return an artist as it stands inside tracks and albums."""
        return self._linked("artist", artist.id or None, {"name": artist.name})

    def artist(self, artist: SimulatedArtist) -> Json:
        """Return a full artist; no genres for a new app."""
        body = {**self.simple_artist(artist), "images": make_images(artist.id, 160, 320, 640)}
        if self.old:
            body |= {
                "followers": {"href": None, "total": artist.popularity * 1234},
                "genres": artist.genres,
                "popularity": artist.popularity,
            }
        return body

    def simple_album(self, album: SimulatedAlbum) -> Json:
        """Return an album as it stands inside tracks and lists."""
        body: Json = {
            "album_type": album.album_type,
            "artists": [self.simple_artist(artist) for artist in album.artists],
            "images": make_images(album.id, 640, 300, 64) if album.has_images else [],
            "name": album.name,
            "release_date": album.release_date,
            "release_date_precision": album.release_date_precision,
            "total_tracks": len(album.tracks),
        }
        if self.old:
            body["available_markets"] = MARKETS
        return self._linked("album", album.id, body)

    def album(self, album: SimulatedAlbum, now_ms: int) -> Json:
        """Return a full album with the first page of its tracks."""
        body: Json = {
            **self.simple_album(album),
            "copyrights": [{"text": f"(C) {album.label}", "type": "C"}],
            "external_ids": {"upc": album.upc},
            "tracks": self.page(
                f"/albums/{album.id}/tracks",
                [self.simple_track(track, now_ms) for track in album.tracks[:EMBEDDED_TRACKS]],
                total=len(album.tracks),
                limit=EMBEDDED_TRACKS,
                offset=0,
            ),
        }
        if self.old:
            body |= {"genres": [], "label": album.label, "popularity": 40}
        return body

    def simple_track(self, track: SimulatedTrack, now_ms: int) -> Json:
        """Return a track as it stands inside an album: no album, no ISRC, no popularity."""
        dropped = ("album", "external_ids", "popularity")
        return {
            name: value for name, value in self.track(track, now_ms).items() if name not in dropped
        }

    def track(self, track: SimulatedTrack, now_ms: int) -> Json:
        """Return a full track; blank once it has been taken down."""
        if track.blanked_ms is not None and track.blanked_ms <= now_ms:
            return blank_track(self._full_track(track))
        return self._full_track(track)

    def relinked_track(self, track: SimulatedTrack, now_ms: int) -> Json:
        """Return what a user's token gets for this id, which may be another id's track."""
        if track.returned_as is None:
            return self.track(track, now_ms)
        body = dict(self.track(track.returned_as, now_ms))
        if self.old:
            body["linked_from"] = self._linked("track", track.id, {})
        return body

    def played_item(self, play: Play, now_ms: int) -> Json:
        """Return one item of recently-played."""
        assert isinstance(play.item, SimulatedTrack)  # noqa: S101 - only tracks are ever shown there
        return {
            "track": self.track(play.item, now_ms),
            "played_at": to_iso(play.ended_ms),
            "context": self.context(play.context_uri),
        }

    def context(self, uri: str | None) -> Json | None:
        """Return what a play was started from; None where Spotify does not know."""
        if uri is None:
            return None
        kind, _, context_id = uri.removeprefix("spotify:").partition(":")
        if kind == "collection":
            path, context_id = "collection", "tracks"
            href = f"{self.api_url}/me/tracks"
        else:
            path, href = kind, f"{self.api_url}/{kind}s/{context_id}"
        return {
            "type": kind,
            "href": href,
            "external_urls": {"spotify": f"{OPEN_URL}/{path}/{context_id}"},
            "uri": uri,
        }

    def episode(self, episode: SimulatedEpisode) -> Json:
        """Return a full episode with its show."""
        return {**self.simple_episode(episode), "show": self.simple_show(episode.show)}

    def simple_episode(self, episode: SimulatedEpisode) -> Json:
        """Return an episode as it stands inside its show."""
        body: Json = {
            "audio_preview_url": None,
            "description": episode.name,
            "html_description": f"<p>{episode.name}</p>",
            "duration_ms": episode.duration_ms,
            "explicit": False,
            "images": make_images(episode.show.id, 640, 300, 64),
            "is_externally_hosted": False,
            "is_playable": True,
            "language": "en",
            "languages": ["en"],
            "name": episode.name,
            "release_date": episode.release_date,
            "release_date_precision": "day",
        }
        return self._linked("episode", episode.id, body)

    def simple_show(self, show: SimulatedShow) -> Json:
        """Return a show without its episodes."""
        body: Json = {
            "copyrights": [],
            "description": show.name,
            "html_description": f"<p>{show.name}</p>",
            "explicit": False,
            "images": make_images(show.id, 640, 300, 64),
            "is_externally_hosted": False,
            "languages": ["en"],
            "media_type": "audio",
            "name": show.name,
            "total_episodes": len(show.episodes),
        }
        if self.old:
            body |= {"available_markets": MARKETS, "publisher": show.publisher}
        return self._linked("show", show.id, body)

    def page(
        self, path: str, items: list[Json], *, total: int, limit: int, offset: int, query: str = ""
    ) -> Json:
        """Return one page of an offset-paged list; ``query`` is repeated in its links."""

        def link(to: int) -> str:
            return f"{self.api_url}{path}?{query}offset={to}&limit={limit}"

        return {
            "href": link(offset),
            "items": items,
            "limit": limit,
            "next": link(offset + limit) if offset + limit < total else None,
            "offset": offset,
            "previous": link(max(0, offset - limit)) if offset else None,
            "total": total,
        }

    def _full_track(self, track: SimulatedTrack) -> Json:
        if track.uri not in self._tracks:
            self._tracks[track.uri] = self._shape_track(track)
        return self._tracks[track.uri]

    def _shape_track(self, track: SimulatedTrack) -> Json:
        body: Json = {
            "album": self._local_album() if track.is_local else self.simple_album(track.album),
            "artists": [self.simple_artist(artist) for artist in track.artists],
            "disc_number": track.disc_number,
            # Now and then Spotify writes a whole number as a float.
            "duration_ms": (
                float(track.duration_ms) if track.duration_ms % 401 == 0 else track.duration_ms
            ),
            "explicit": track.explicit,
            "external_ids": {"isrc": track.isrc} if track.isrc else {},
            "is_local": track.is_local,
            "name": track.name,
            "preview_url": None,
            "track_number": track.track_number,
        }
        if self.old:
            body |= {
                "available_markets": [] if track.is_local else MARKETS,
                "popularity": track.popularity,
            }
        return {**self._linked("track", track.id, body), "uri": track.uri}

    def _local_album(self) -> Json:
        body: Json = {
            "album_type": None,
            "artists": [],
            "images": [],
            "name": "",
            "release_date": None,
            "release_date_precision": None,
        }
        if self.old:
            body["available_markets"] = []
        return self._linked("album", None, body)

    def _linked(self, kind: str, object_id: str | None, body: Json) -> Json:
        """Add what every object carries; all of it is null or empty for a local file."""
        return {
            **body,
            "external_urls": {"spotify": f"{OPEN_URL}/{kind}/{object_id}"} if object_id else {},
            "href": f"{self.api_url}/{kind}s/{object_id}" if object_id else None,
            "id": object_id,
            "type": kind,
            "uri": f"spotify:{kind}:{object_id}" if object_id else None,
        }


def make_images(seed: str, *sizes: int) -> list[Json]:
    """Return the images of one object, in the order given, with addresses of their own."""
    return [
        {
            "height": size,
            "url": f"https://i.scdn.co/image/{base62('image', seed, size, length=40)}",
            "width": size,
        }
        for size in sizes
    ]


def blank_track(body: Json) -> Json:
    """Return what Spotify answers for a track that was taken down: the ids and nothing else."""
    nobody = _swap_id(body["artists"][0])
    blank = {
        **body,
        "artists": [{**nobody, "name": ""}],
        "duration_ms": 0,
        "explicit": False,
        "external_ids": {},
        "name": "",
        "album": {
            **body["album"],
            "artists": [{**nobody, "name": "Various Artists"}],
            "images": [],
            "name": "",
            "release_date": "0000",
            "release_date_precision": "year",
        },
    }
    if "popularity" in body:
        blank |= {"popularity": 0, "available_markets": []}
        blank["album"]["available_markets"] = []
    return blank


def _swap_id(value: Any) -> Any:
    """Put the id of "Various Artists" in place of an artist's own, in links and URIs too."""
    if isinstance(value, dict):
        return {name: _swap_id(inner) for name, inner in value.items()}
    if value is None or value == "artist":
        return value
    return value[: len(value) - len(VARIOUS_ARTISTS_ID)] + VARIOUS_ARTISTS_ID
