"""What can be asked of the simulator, by name: moods, ceilings and the log of calls use it."""

from __future__ import annotations

from collections.abc import Iterable

#: The Web API, under ``/v1``.
PATHS = {
    "me": "/me",
    "recently_played": "/me/player/recently-played",
    "currently_playing": "/me/player/currently-playing",
    "player": "/me/player",
    "following": "/me/following",
    "saved_albums": "/me/albums",
    "saved_tracks": "/me/tracks",
    "top": "/me/top/<kind>",
    "track": "/tracks/<track_id>",
    "tracks": "/tracks",
    "album": "/albums/<album_id>",
    "albums": "/albums",
    "album_tracks": "/albums/<album_id>/tracks",
    "artist": "/artists/<artist_id>",
    "artists": "/artists",
    "artist_albums": "/artists/<artist_id>/albums",
    "artist_top_tracks": "/artists/<artist_id>/top-tracks",
    "episode": "/episodes/<episode_id>",
    "episodes": "/episodes",
    "show": "/shows/<show_id>",
    "shows": "/shows",
    "search": "/search",
    "new_releases": "/browse/new-releases",
}
#: All that can be asked: the accounts service and MusicBrainz too.
NAMES = (*PATHS, "token", "musicbrainz_isrc")


def check_names(names: Iterable[str]) -> None:
    """Raise ValueError for a name that no endpoint has."""
    if unknown := sorted(set(names) - set(NAMES)):
        raise ValueError(f"no endpoint is called {unknown[0]!r}: there are {', '.join(NAMES)}")
