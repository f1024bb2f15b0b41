"""The Web API: which path is which endpoint."""

from __future__ import annotations

from flask import Blueprint, Response

from simulator.answers import answer_error
from simulator.catalogue_endpoints import (
    get_album,
    get_album_tracks,
    get_albums,
    get_artist,
    get_artist_albums,
    get_artist_top_tracks,
    get_artists,
    get_episode,
    get_episodes,
    get_new_releases,
    get_show,
    get_shows,
    get_track,
    get_tracks,
)
from simulator.endpoints import PATHS
from simulator.gate import Endpoint, Gate
from simulator.library_endpoints import get_following, get_saved_albums, get_saved_tracks, get_top
from simulator.player_endpoints import (
    get_currently_playing,
    get_me,
    get_player,
    get_recently_played,
)
from simulator.search_endpoint import get_search

#: Who answers at which endpoint.
HANDLERS: dict[str, Endpoint] = {
    "me": get_me,
    "recently_played": get_recently_played,
    "currently_playing": get_currently_playing,
    "player": get_player,
    "following": get_following,
    "saved_albums": get_saved_albums,
    "saved_tracks": get_saved_tracks,
    "top": get_top,
    "track": get_track,
    "tracks": get_tracks,
    "album": get_album,
    "albums": get_albums,
    "album_tracks": get_album_tracks,
    "artist": get_artist,
    "artists": get_artists,
    "artist_albums": get_artist_albums,
    "artist_top_tracks": get_artist_top_tracks,
    "episode": get_episode,
    "episodes": get_episodes,
    "show": get_show,
    "shows": get_shows,
    "search": get_search,
    "new_releases": get_new_releases,
}


def make_web_api(gate: Gate) -> Blueprint:
    """Return the Web API under ``/v1``."""
    blueprint = Blueprint("web_api", __name__, url_prefix="/v1")

    def serve(name: str, endpoint: Endpoint) -> None:
        def view(**parts: str) -> Response:
            return gate.admit(name, endpoint, **parts)

        blueprint.add_url_rule(PATHS[name], name, view)

    for name in PATHS:
        serve(name, HANDLERS[name])

    @blueprint.after_request
    def tell_time(response: Response) -> Response:
        """Answer by the world's clock, as Spotify does by its own."""
        response.date = gate.world.clock.now
        return response

    @blueprint.route("/<path:_path>")
    def refuse_unknown(_path: str) -> Response:
        return answer_error(404, "Service not found")

    return blueprint
