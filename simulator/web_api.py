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
from simulator.gate import Endpoint, Gate
from simulator.library_endpoints import get_following, get_saved_albums, get_saved_tracks, get_top
from simulator.player_endpoints import (
    get_currently_playing,
    get_me,
    get_player,
    get_recently_played,
)
from simulator.search_endpoint import get_search

#: Endpoint names are what moods, ceilings and the log of calls speak of.
ROUTES: dict[str, tuple[str, Endpoint]] = {
    "me": ("/me", get_me),
    "recently_played": ("/me/player/recently-played", get_recently_played),
    "currently_playing": ("/me/player/currently-playing", get_currently_playing),
    "player": ("/me/player", get_player),
    "following": ("/me/following", get_following),
    "saved_albums": ("/me/albums", get_saved_albums),
    "saved_tracks": ("/me/tracks", get_saved_tracks),
    "top": ("/me/top/<kind>", get_top),
    "track": ("/tracks/<track_id>", get_track),
    "tracks": ("/tracks", get_tracks),
    "album": ("/albums/<album_id>", get_album),
    "albums": ("/albums", get_albums),
    "album_tracks": ("/albums/<album_id>/tracks", get_album_tracks),
    "artist": ("/artists/<artist_id>", get_artist),
    "artists": ("/artists", get_artists),
    "artist_albums": ("/artists/<artist_id>/albums", get_artist_albums),
    "artist_top_tracks": ("/artists/<artist_id>/top-tracks", get_artist_top_tracks),
    "episode": ("/episodes/<episode_id>", get_episode),
    "episodes": ("/episodes", get_episodes),
    "show": ("/shows/<show_id>", get_show),
    "shows": ("/shows", get_shows),
    "search": ("/search", get_search),
    "new_releases": ("/browse/new-releases", get_new_releases),
}


def make_web_api(gate: Gate) -> Blueprint:
    """Return the Web API under ``/v1``."""
    blueprint = Blueprint("web_api", __name__, url_prefix="/v1")

    def serve(name: str, endpoint: Endpoint) -> None:
        def view(**parts: str) -> Response:
            return gate.admit(name, endpoint, **parts)

        blueprint.add_url_rule(ROUTES[name][0], name, view)

    for name, (_, endpoint) in ROUTES.items():
        serve(name, endpoint)

    @blueprint.after_request
    def tell_time(response: Response) -> Response:
        """Answer by the world's clock, as Spotify does by its own."""
        response.date = gate.world.clock.now
        return response

    @blueprint.route("/<path:_path>")
    def refuse_unknown(_path: str) -> Response:
        return answer_error(404, "Service not found")

    return blueprint
