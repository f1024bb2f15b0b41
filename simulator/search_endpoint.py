"""``/search``: words and field filters over artists, albums and tracks."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import quote

from flask import request

from simulator.answers import RefusedCall
from simulator.catalogue import SimulatedAlbum, SimulatedArtist, SimulatedTrack
from simulator.clock import DAY_MS
from simulator.gate import Visit
from simulator.shapes import Json

FILTER = re.compile(r'(album|artist|track|year|upc|isrc|tag):("[^"]*"|\S+)')
NEW_MS = 14 * DAY_MS
KINDS = ("album", "artist", "track", "playlist", "show", "episode", "audiobook")


class Question:
    """A search as asked: filters by field, and the words outside them."""

    def __init__(self, text: str) -> None:
        self.filters = {name: value.strip('"').casefold() for name, value in FILTER.findall(text)}
        self.words = FILTER.sub(" ", text).casefold().split()

    def fits(self, hit: SimulatedArtist | SimulatedAlbum | SimulatedTrack) -> bool:
        """Say whether a name and its artists answer the words and the filters on them."""
        own_field = type(hit).__name__.lower()
        own, theirs = _fold(hit)
        return (
            self.filters.get(own_field, "") in own
            and (own_field == "artist" or self.filters.get("artist", "") in theirs)
            and all(word in own or word in theirs for word in self.words)
        )


@lru_cache(maxsize=100_000)
def _fold(hit: SimulatedArtist | SimulatedAlbum | SimulatedTrack) -> tuple[str, str]:
    """Return the folded name and the folded names of the artists."""
    artists = () if isinstance(hit, SimulatedArtist) else hit.artists
    theirs = " ".join(artist.name or "" for artist in artists)
    return (hit.name or "").casefold(), theirs.casefold()


def get_search(visit: Visit) -> Json:
    """Answer ``/search``: at most ten of a kind for a new app, fifty for an old one."""
    text = request.args.get("q", "").strip()
    if not text:
        raise RefusedCall(400, "No search query")
    kinds = request.args.get("type", "").split(",")
    if not set(kinds) <= set(KINDS):
        raise RefusedCall(400, "Bad search type field")
    limit = visit.read_number("limit", *((20, 1, 50) if visit.world.is_old_app else (5, 1, 10)))
    offset = visit.read_number("offset", 0, 0, 1000)
    question = Question(text)
    answer = {}
    for kind in kinds:
        items, total = find_page(visit, question, kind, slice(offset, offset + limit))
        answer[f"{kind}s"] = visit.shapes.page(
            "/search",
            items,
            total=total,
            limit=limit,
            offset=offset,
            query=f"q={quote(text)}&type={kind}&",
        )
    return answer


def find_page(visit: Visit, question: Question, kind: str, place: slice) -> tuple[list[Json], int]:
    """Return the hits of one kind at a place among all, and how many there are in all."""
    shapes = visit.shapes
    if kind == "album":
        albums = find_albums(visit, question)
        return [shapes.simple_album(album) for album in albums[place]], len(albums)
    if kind == "artist":
        artists = find_artists(visit, question)
        return [shapes.artist(artist) for artist in artists[place]], len(artists)
    if kind == "track":
        tracks = find_tracks(visit, question)
        return [shapes.track(track, visit.now_ms) for track in tracks[place]], len(tracks)
    return [], 0  # playlists and podcasts are not searched here


def find_albums(visit: Visit, question: Question) -> list[SimulatedAlbum]:
    """Return the albums that fit, the newest first; ``tag:new`` means the last two weeks."""
    since_ms = visit.now_ms - NEW_MS if question.filters.get("tag") == "new" else 0
    year, upc = question.filters.get("year", ""), question.filters.get("upc", "")
    return [
        album
        for album in reversed(visit.catalogue.albums_released(since_ms, visit.now_ms))
        if question.fits(album) and (not year or _is_from(album, year)) and upc in album.upc
    ]


def find_artists(visit: Visit, question: Question) -> list[SimulatedArtist]:
    """Return the artists that fit, the best known first."""
    return [artist for artist in visit.catalogue.artists if question.fits(artist)]


def find_tracks(visit: Visit, question: Question) -> list[SimulatedTrack]:
    """Return the tracks that fit, the best known first."""
    tracks = visit.catalogue.tracks
    if "isrc" in question.filters:
        tracks = visit.catalogue.tracks_by_isrc.get(question.filters["isrc"].upper(), [])
    album, year = question.filters.get("album", ""), question.filters.get("year", "")
    fitting = [
        track
        for track in tracks
        if question.fits(track)
        and track.album.released_ms <= visit.now_ms
        and album in track.album.name.casefold()
        and (not year or _is_from(track.album, year))
    ]
    return sorted(fitting, key=lambda track: -track.popularity)


def _is_from(album: SimulatedAlbum, years: str) -> bool:
    first, _, last = years.partition("-")
    year = (album.release_date or "")[:4]
    return first <= year <= (last or first)
