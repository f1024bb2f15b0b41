"""A small face of MusicBrainz: recordings, artists and genres by ISRC (``/musicbrainz/ws/2``)."""

from __future__ import annotations

from uuid import UUID, uuid5

from flask import Blueprint, Response, request

from simulator.answers import answer_json
from simulator.catalogue import SimulatedArtist, SimulatedTrack
from simulator.gate import Gate
from simulator.shapes import Json

NAMESPACE = UUID("5f3b3b0a-6f0e-5f0c-9a53-2f6f3d0c8a11")
NOT_FOUND = {
    "error": "Not Found",
    "help": "For usage, please see: https://musicbrainz.org/development/mmd",
}
#: MusicBrainz turns away who does not say who they are.
ANONYMOUS = ("python-requests", "python-urllib", "curl")


def make_musicbrainz(gate: Gate) -> Blueprint:
    """Return the look-up by ISRC; moods reach it as ``musicbrainz_isrc``."""
    blueprint = Blueprint("musicbrainz", __name__, url_prefix="/musicbrainz/ws/2")

    @blueprint.get("/isrc/<isrc>")
    def look_up(isrc: str) -> Response:
        return gate.admit_openly("musicbrainz_isrc", [isrc], lambda: _look_up(gate, isrc))

    return blueprint


def _look_up(gate: Gate, isrc: str) -> Response:
    agent = request.headers.get("User-Agent", "").lower()
    if not agent or agent.startswith(ANONYMOUS):
        return answer_json({"error": "Name your application in User-Agent"}, 403)
    tracks = gate.world.catalogue.tracks_by_isrc.get(isrc.upper())
    if not tracks:
        return answer_json(NOT_FOUND, 404)
    asked = set(request.args.get("inc", "").replace("+", " ").split())
    return answer_json({"isrc": isrc.upper(), "recordings": [to_recording(tracks[0], asked)]})


def to_recording(track: SimulatedTrack, asked: set[str]) -> Json:
    """Return a recording with the parts that ``inc`` asked for."""
    body: Json = {
        "disambiguation": "",
        "first-release-date": track.album.release_date or "",
        "id": _make_id("recording", track.isrc),
        "length": track.duration_ms,
        "title": track.name,
        "video": False,
    }
    if "artist-credits" in asked:
        last = len(track.artists) - 1
        body["artist-credit"] = [
            {
                "artist": to_artist(artist, asked),
                "joinphrase": "" if place == last else " feat. ",
                "name": artist.name,
            }
            for place, artist in enumerate(track.artists)
        ]
    if "genres" in asked:
        body["genres"] = _list_genres(track.artists[0])
    return body


def to_artist(artist: SimulatedArtist, asked: set[str]) -> Json:
    """Return an artist of a recording's credit."""
    body: Json = {
        "disambiguation": "",
        "id": _make_id("artist", artist.id),
        "name": artist.name,
        "sort-name": artist.name,
    }
    if "genres" in asked:
        body["genres"] = _list_genres(artist)
    return body


def _list_genres(artist: SimulatedArtist) -> list[Json]:
    return [
        {"count": 1, "disambiguation": "", "id": _make_id("genre", genre), "name": genre}
        for genre in artist.genres
    ]


def _make_id(kind: str, name: str | None) -> str:
    return str(uuid5(NAMESPACE, f"{kind}:{name}"))
