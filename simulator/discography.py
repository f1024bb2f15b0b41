"""Make a catalogue out of a seed: artists release albums, albums come again as other ids."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from random import Random

from simulator.catalogue import Catalogue, SimulatedAlbum, SimulatedArtist, SimulatedTrack
from simulator.clock import DAY_MS, EPOCH
from simulator.naming import (
    add_guests,
    draw_album_name,
    draw_artist_name,
    draw_track_name,
    tell_apart,
)
from simulator.randomness import base62, seeded
from simulator.spoken import make_shows

#: New albums go on appearing this long after the start of simulated time.
RELEASES_AHEAD_MS = 2 * 365 * DAY_MS
VARIOUS_ARTISTS_ID = "0LyfQWJT6nXafLPZqxe9Of"
GENRES = ["indie pop", "ambient", "hip hop", "techno", "jazz", "folk", "metal", "shoegaze"]
LABELS = ["Harbour Records", "Nord & Süd", "Paper Kite", "Self-released"]


@lru_cache(maxsize=4)
def make_catalogue(seed: int, track_count: int, start_ms: int) -> Catalogue:
    """Return a catalogue of about ``track_count`` tracks out by ``start_ms``, more later."""
    return _Pressing(seed, track_count, start_ms).make()


class _Pressing:
    """The work of one catalogue; everything is drawn from one generator, in one order."""

    def __init__(self, seed: int, track_count: int, start_ms: int) -> None:
        self.seed, self.track_count, self.start_ms = seed, track_count, start_ms
        self.rng = seeded("catalogue", seed)
        self.albums: list[SimulatedAlbum] = []
        self.isrc_count = 0
        self.various = SimulatedArtist(VARIOUS_ARTISTS_ID, "Various Artists", [], 0)

    def make(self) -> Catalogue:
        artists = self._make_artists(max(20, self.track_count // 10))
        self.by_weight = artists
        pressed, turn = 0, 0
        while pressed < self.track_count:
            # A power of a uniform number favours the artists at the head of the list.
            artist = artists[int(len(artists) * self.rng.random() ** 1.4)]
            if turn < len(artists):
                artist = artists[turn]  # nobody is without an album
            turn += 1
            pressed += self._release(artist, self.start_ms - self._draw_age())
        self._release_ahead(artists)
        self._compile(max(3, self.track_count // 800))
        for album in self.albums:
            for artist in album.artists:
                artist.albums.append(album)
            for guest in {guest.id: guest for track in album.tracks for guest in track.artists}:
                if all(guest != artist.id for artist in album.artists):
                    self.artist_by_id[guest].appears_on.append(album)
        return Catalogue(
            [*artists, self.various], self.albums, self._make_local_files(), make_shows(self.seed)
        )

    def _make_artists(self, count: int) -> list[SimulatedArtist]:
        artists = []
        taken: set[str] = set()
        for rank in range(count):
            name: str | None = tell_apart(draw_artist_name(self.rng), taken)
            if rank == count // 2:
                name = None  # Spotify has such artists
            elif rank == count // 2 + 1:
                name = ""
            genres = self.rng.sample(GENRES, self.rng.randrange(3))
            artists.append(
                SimulatedArtist(self._id("artist", rank), name, genres, 95 - 90 * rank // count)
            )
        self.artist_by_id = {artist.id: artist for artist in [*artists, self.various]}
        return artists

    def _id(self, kind: str, number: object) -> str:
        return base62(self.seed, kind, number)

    def _draw_age(self) -> int:
        return int(15 * 365 * DAY_MS * self.rng.random() ** 1.5) + self.rng.randrange(DAY_MS)

    def _release_ahead(self, artists: list[SimulatedArtist]) -> None:
        """Plan the releases of the time to come: about 0.9 a year at the head, 0.2 at the tail."""
        for rank, artist in enumerate(artists):
            per_year = 0.9 - 0.7 * rank / len(artists)
            at_ms = self.start_ms
            while True:
                at_ms += int(self.rng.expovariate(per_year / 365) * DAY_MS) + DAY_MS
                if at_ms > self.start_ms + RELEASES_AHEAD_MS:
                    break
                self._release(artist, at_ms - at_ms % DAY_MS)

    def _release(self, artist: SimulatedArtist, at_ms: int) -> int:
        """Press one record, with its lead single or its editions; return how many tracks."""
        kind = self.rng.random()
        if kind < 0.30:
            return self._press_new(artist, at_ms, "single", self.rng.randint(1, 3))
        if kind < 0.42:
            return self._press_new(artist, at_ms, "single", self.rng.randint(4, 6))
        count = self.rng.randint(55, 130) if kind > 0.995 else self.rng.randint(7, 20)
        pressed = self._press_new(artist, at_ms, "album", count)
        album = self.albums[-1]
        edition = self.rng.random()
        if edition < 0.12:
            lead_ms = at_ms - self.rng.randint(10, 60) * DAY_MS
            single = album.tracks[self.rng.randrange(count)]
            self._press_again(album, single.name, "single", lead_ms, [single])
            return pressed + 1
        if edition < 0.145:
            name = f"{album.name} (Deluxe Edition)"
            late_ms = at_ms + self.rng.randint(0, 40) * DAY_MS
            self._press_again(album, name, "album", late_ms, album.tracks)
            self._add_new_tracks(self.albums[-1], self.rng.randint(1, 4))
        elif edition < 0.165:
            self._press_again(album, album.name, "album", at_ms, album.tracks)
        return pressed

    def _press_new(self, artist: SimulatedArtist, at_ms: int, album_type: str, count: int) -> int:
        artists: tuple[SimulatedArtist, ...] = (artist,)
        if self.rng.random() < 0.04:
            artists = (artist, self._draw_guest(artist))
        name = draw_album_name(self.rng, artist.name or "Untitled")
        album = self._make_album(name, album_type, artists, at_ms)
        self._add_new_tracks(album, count)
        if album_type == "single" and count == 1:
            album.name = album.tracks[0].name
        return count

    def _make_album(
        self, name: str, album_type: str, artists: tuple[SimulatedArtist, ...], at_ms: int
    ) -> SimulatedAlbum:
        date, precision = self._draw_date(at_ms)
        album = SimulatedAlbum(
            self._id("album", len(self.albums)),
            name,
            album_type.upper() if self.rng.random() < 0.01 else album_type,
            artists,
            at_ms,
            date,
            precision,
            upc=f"{self.rng.randrange(10**12):012d}",
            label=self.rng.choice(LABELS),
            has_images=self.rng.random() > 0.01,
        )
        self.albums.append(album)
        return album

    def _draw_date(self, at_ms: int) -> tuple[str | None, str | None]:
        moment = EPOCH + timedelta(milliseconds=at_ms)
        kind = self.rng.random()
        if at_ms > self.start_ms:
            kind += 0.01  # what is new has a date, now and then a bare year
        if kind < 0.004:
            return None, None
        if kind < 0.008:
            return "0000", "year"
        if kind < 0.07:
            return f"{moment:%Y}", "year"
        if kind < 0.09:
            return f"{moment:%Y-%m}", "month"
        return f"{moment:%Y-%m-%d}", "day"

    def _add_new_tracks(self, album: SimulatedAlbum, count: int) -> None:
        for _ in range(count):
            guests: list[SimulatedArtist] = []
            while len(guests) < 3 and self.rng.random() < (0.21 if not guests else 0.2):
                guests.append(self._draw_guest(album.artists[0]))
            self._add_track(album, guests)

    def _add_track(self, album: SimulatedAlbum, guests: list[SimulatedArtist]) -> None:
        rng, name = self.rng, draw_track_name(self.rng)
        if guests and rng.random() < 0.6:
            name = add_guests(rng, name, [guest.name or "?" for guest in guests])
        elif rng.random() < 0.03:
            # Some titles name a guest whom Spotify does not list.
            name = add_guests(rng, name, [self._draw_guest(album.artists[0]).name or "?"])
        duration_ms = rng.randrange(140_000, 330_000)
        if rng.random() < 0.05:
            duration_ms = rng.randrange(36_000, 62_000)
        self._append(album, name, (*album.artists, *guests), duration_ms, self._draw_isrc())

    def _append(
        self,
        album: SimulatedAlbum,
        name: str,
        artists: tuple[SimulatedArtist, ...],
        duration_ms: int,
        isrc: str | None,
    ) -> SimulatedTrack:
        number = len(album.tracks)
        track_id = self._id("track", f"{album.id}/{number}")
        track = SimulatedTrack(
            track_id,
            name,
            album,
            artists,
            disc_number=1 + number // 40,
            track_number=1 + number % 40,
            duration_ms=duration_ms,
            explicit=self.rng.random() < 0.15,
            isrc=isrc,
            popularity=max(0, artists[0].popularity - self.rng.randrange(40)),
            uri=f"spotify:track:{track_id}",
        )
        if self.rng.random() < 0.01:
            track.blanked_ms = self.start_ms + self.rng.randint(-400, 400) * DAY_MS
        album.tracks.append(track)
        return track

    def _draw_guest(self, host: SimulatedArtist) -> SimulatedArtist:
        while True:
            guest = self.by_weight[int(len(self.by_weight) * self.rng.random() ** 1.4)]
            if guest is not host:
                return guest

    def _draw_isrc(self) -> str | None:
        if self.rng.random() < 0.04:
            return None
        self.isrc_count += 1
        return f"{self.rng.choice(['QM', 'GB', 'DE', 'JP'])}EVH{self.isrc_count:07d}"

    def _press_again(
        self,
        album: SimulatedAlbum,
        name: str,
        album_type: str,
        at_ms: int,
        tracks: list[SimulatedTrack],
    ) -> None:
        """Press known recordings under a new album id: same ISRC, other track ids."""
        edition = self._make_album(name, album_type, album.artists, at_ms)
        for track in tracks:
            isrc = track.isrc.lower() if track.isrc and self.rng.random() < 0.02 else track.isrc
            again = self._append(edition, track.name, track.artists, track.duration_ms, isrc)
            if isrc and self.rng.random() < 0.3:
                again.returned_as = track

    def _compile(self, count: int) -> None:
        known = [track for album in self.albums for track in album.tracks]
        for number in range(count):
            at_ms = self.start_ms - self._draw_age()
            chosen = self.rng.sample(known, min(len(known), self.rng.randint(12, 20)))
            album = replace(chosen[0].album, artists=(self.various,))
            self._press_again(album, f"Now Hear This {number + 1}", "compilation", at_ms, chosen)

    def _make_local_files(self) -> list[SimulatedTrack]:
        return [make_local_file(self.rng, number) for number in range(12)]


def make_local_file(rng: Random, number: int) -> SimulatedTrack:
    """Return a file from the listener's own disk: null ids, seconds in the URI."""
    artist = SimulatedArtist("", draw_artist_name(rng), [], 0)
    album = SimulatedAlbum("", "", "", (), 0, None, None, "", "", has_images=False)
    name, seconds = f"Bootleg {number + 1}", rng.randint(120, 5400)
    uri = f"spotify:local:{(artist.name or '').replace(' ', '+')}::Bootleg+{number + 1}:{seconds}"
    return SimulatedTrack(
        None, name, album, (artist,), 0, 0, seconds * 1000, False, None, 0, uri, is_local=True
    )
