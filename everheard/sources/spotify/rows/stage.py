"""Rows under construction, whatever answer they come from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from everheard.names import fold_name, read_guests
from everheard.rows import (
    BLANK,
    FROM_PLAY,
    NAMED,
    AlbumRow,
    ArtistRow,
    ContextRow,
    CreditRow,
    StagedRows,
    TrackRow,
)
from everheard.sources.fields import (
    Json,
    read_dict,
    read_dicts,
    read_flag,
    read_integer,
    read_key,
    read_text,
)
from everheard.sources.spotify.rows.fields import (
    fold_first_name,
    read_image,
    read_isrc,
    read_release_date,
)


class Stage:
    """Rows under construction; each object is added once and found by its natural key.

    ``level`` is how well an answer describes its object; the same object may come at
    several levels in one batch, and the ledger takes the best.
    """

    def __init__(self) -> None:
        self.rows = StagedRows()
        self._refs: dict[tuple[str | int | None, ...], int] = {}

    def _refer(self, *natural_key: str | int | None) -> tuple[int, bool]:
        """Return the object's reference, and whether it is new to this batch."""
        ref = self._refs.get(natural_key)
        if ref is not None:
            return ref, False
        ref = self._refs[natural_key] = len(self._refs) + 1
        return ref, True

    def add_artist(self, json: Json, level: int = FROM_PLAY) -> int:
        """Add an artist; return its reference, 0 where there is neither id nor name."""
        artist_id, name = read_key(json, "id") or None, read_text(json, "name")
        folded = fold_name(name)
        if not artist_id and not folded:
            return 0
        natural_key = (artist_id, None) if artist_id else (None, folded)
        ref, is_new = self._refer("artist", level, *natural_key)
        if is_new:
            level = (level if artist_id else NAMED) if name else BLANK
            image = read_image(json)
            self.rows.artist.append(ArtistRow(ref, artist_id, name, folded, image, level))
        return ref

    def add_album(self, json: Json, level: int = FROM_PLAY) -> int:
        """Add an album with its credits; return its reference, 0 where nothing names it."""
        album_id, name = read_key(json, "id") or None, read_text(json, "name")
        artists = read_dicts(json, "artists")
        folded, folded_artist = fold_name(name), fold_first_name(artists)
        if not album_id and not folded:
            return 0
        natural_key = (album_id, None, None) if album_id else (None, folded, folded_artist)
        ref, is_new = self._refer("album", level, *natural_key)
        if is_new:
            released, precision = read_release_date(json)
            self.rows.album.append(
                AlbumRow(
                    album_ref=ref,
                    album_id=album_id,
                    name=name,
                    folded_name=folded,
                    folded_artist_name=folded_artist,
                    album_type=read_text(json, "album_type").lower() or None,
                    release_date=released,
                    release_date_precision=precision,
                    total_track_count=read_integer(json, "total_tracks"),
                    image_url=read_image(json),
                    metadata_level=(level if album_id else NAMED) if name else BLANK,
                )
            )
            if name:
                self.rows.album_artist.extend(self._credits(ref, artists, all_main=True))
        return ref

    def add_track(self, json: Json, track_uri: str | None, level: int = FROM_PLAY) -> int:
        """Add a track with its album and credits; return its reference, 0 for a nameless one."""
        name, artists = read_text(json, "name"), read_dicts(json, "artists")
        folded, folded_artist = fold_name(name), fold_first_name(artists)
        if not track_uri and not folded:
            return 0
        natural_key = (track_uri, None, None) if track_uri else (None, folded, folded_artist)
        ref, is_new = self._refer("track", level, *natural_key)
        if is_new:
            album = read_dict(json, "album")
            self.rows.track.append(
                TrackRow(
                    track_ref=ref,
                    track_id=read_key(json, "id") or None,
                    track_uri=track_uri,
                    name=name,
                    folded_name=folded,
                    folded_artist_name=folded_artist,
                    album_ref=self.add_album(album),
                    duration_ms=read_integer(json, "duration_ms") or None,
                    isrc=read_isrc(json),
                    disc_number=read_integer(json, "disc_number"),
                    track_number=read_integer(json, "track_number"),
                    is_explicit=read_flag(json, "explicit"),
                    is_local=bool(read_flag(json, "is_local")),
                    metadata_level=level if name else BLANK,
                )
            )
            if name:
                main = {read_key(artist, "id") for artist in read_dicts(album, "artists")} - {""}
                listed = [*artists, *_name_guests(name, artists)]
                self.rows.track_artist.extend(self._credits(ref, listed, main_ids=main))
        return ref

    def _credits(
        self,
        owner_ref: int,
        artists: list[Json],
        *,
        main_ids: Iterable[str] = (),
        all_main: bool = False,
    ) -> Iterator[CreditRow]:
        """Yield one credit an artist: the first and the album's own are main, others featured."""
        seen: set[int] = set()
        for position, artist in enumerate(artists):
            ref = self.add_artist(artist)
            if ref and ref not in seen:
                seen.add(ref)
                is_main = all_main or position == 0 or read_key(artist, "id") in main_ids
                yield CreditRow(owner_ref, ref, position, "main" if is_main else "featured")

    def add_context(self, json: Json) -> int:
        """Add where a play was started from; return its reference, 0 for nowhere."""
        uri = read_key(json, "uri")
        if not uri:
            return 0
        ref, is_new = self._refer("context", uri)
        if is_new:
            kind = read_text(json, "type") or uri.partition(":")[2].partition(":")[0]
            self.rows.context.append(ContextRow(ref, uri, kind))
        return ref


def _name_guests(title: str, artists: list[Json]) -> list[Json]:
    """Return the guests whom a title names and the list of artists leaves out.

    Where Spotify lists several artists it lists all of them.
    """
    if len(artists) != 1:
        return []
    return [{"name": guest} for guest in read_guests(title)]
