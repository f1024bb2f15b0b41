"""The questions Everheard asks the Web API: API dicts out, as they came.

After https://developer.spotify.com/documentation/web-api/reference. Every method raises
the errors of ``everheard.sources.spotify.errors``. Of a shape only the top level is checked, so
that one odd item never costs the others; what items hold is the caller's to doubt.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import SplitResult, parse_qsl, urlsplit

from everheard.sources.http import Answer, Parameters, Sender
from everheard.sources.spotify.answer import (
    Endpoint,
    find_trouble,
    lacks_scope,
    needs_scope,
    parse_json,
    quote_spotify,
)
from everheard.sources.spotify.errors import BadRequest, NonsenseAnswer, Unavailable

Json = dict[str, Any]

ME = Endpoint("me")
RECENTLY_PLAYED = Endpoint("recently-played", scope="user-read-recently-played")
CURRENTLY_PLAYING = Endpoint("currently-playing", scope="user-read-currently-playing")
FOLLOWED_ARTISTS = Endpoint("followed-artists", scope="user-follow-read")
TRACKS = Endpoint("tracks")
ALBUMS = Endpoint("albums")
ALBUM_TRACKS = Endpoint("album-tracks")
ARTISTS = Endpoint("artists")
ARTIST_ALBUMS = Endpoint("artist-albums")
SEARCH = Endpoint("search")
SEVERAL_TRACKS = Endpoint("several-tracks", for_old_apps=True)
SEVERAL_ARTISTS = Endpoint("several-artists", for_old_apps=True)
NEW_RELEASES = Endpoint("new-releases", for_old_apps=True)


class Token(Protocol):
    """What the client needs of a sign-in."""

    @property
    def access_token(self) -> str:
        """Return a token to send."""

    def renew(self) -> None:
        """Get a new one, the old one having been refused."""


class SpotifyClient:
    """The Web API as one listener's token sees it.

    ``call_count`` counts the HTTP calls made to the Web API, retries included, the
    accounts service left out. ``answered_at`` is Spotify's clock at its last answer, None
    where it told no time.
    """

    def __init__(self, sender: Sender, token: Token, api_url: str) -> None:
        self.call_count = 0
        self.answered_at: datetime | None = None
        self._sender = sender
        self._token = token
        self._api_url = api_url.rstrip("/")

    def sign_in(self) -> None:
        """Have a token that is good; its trouble is nothing that is asked for with it."""
        _ = self._token.access_token

    def fetch_me(self) -> Json:
        """Fetch the listener; ``account_id`` never changes, ``id`` is the fallback."""
        return self._get("/me", {}, ME)

    def fetch_recently_played(self, limit: int = 50) -> Json:
        """Fetch the newest plays: all there are, for 50 is Spotify's whole window.

        Without a cursor on purpose: a play made offline arrives late, behind any cursor.
        """
        return self._get_page("/me/player/recently-played", {"limit": limit}, RECENTLY_PLAYED)

    def fetch_currently_playing(self) -> Json | None:
        """Fetch what plays now, episodes too; None when nothing does (204)."""
        path = "/me/player/currently-playing"
        answer = self._ask(path, {"additional_types": "track,episode"}, CURRENTLY_PLAYING)
        return None if answer.status == 204 else parse_json(answer, f"GET {path}")

    def fetch_track(self, track_id: str) -> Json:
        """Fetch one track; the id in the answer may differ from the one asked for."""
        return self._get(f"/tracks/{_check_id(track_id)}", {}, TRACKS)

    def fetch_album(self, album_id: str) -> Json:
        """Fetch one album with the first page of its tracks."""
        return self._get(f"/albums/{_check_id(album_id)}", {}, ALBUMS)

    def fetch_artist(self, artist_id: str) -> Json:
        """Fetch one artist."""
        return self._get(f"/artists/{_check_id(artist_id)}", {}, ARTISTS)

    def fetch_album_tracks(self, album_id: str, limit: int = 50, offset: int = 0) -> Iterator[Json]:
        """Fetch an album's tracks page by page, from ``offset`` on."""
        path = f"/albums/{_check_id(album_id)}/tracks"
        return self._get_pages(path, {"limit": limit, "offset": offset}, ALBUM_TRACKS)

    def fetch_artist_albums(
        self, artist_id: str, limit: int = 10, groups: str = "album,single"
    ) -> Json:
        """Fetch an artist's newest albums, then singles: one page of at most 10."""
        path = f"/artists/{_check_id(artist_id)}/albums"
        return self._get_page(path, {"include_groups": groups, "limit": limit}, ARTIST_ALBUMS)

    def fetch_followed_artists(self) -> Iterator[Json]:
        """Fetch the artists the listener follows, page by page."""
        params: Parameters = {"type": "artist", "limit": 50}
        return self._get_pages("/me/following", params, FOLLOWED_ARTISTS, inside="artists")

    def fetch_search(self, query: str, kind: str, limit: int = 10, offset: int = 0) -> Json:
        """Fetch one page of a search for one kind (``album``, ``track``, ``artist``).

        Returns the page itself, not the object around it; the limit is at most 10.
        """
        place = {"offset": offset} if offset else {}
        params: Parameters = {"q": query, "type": kind, "limit": limit, **place}
        return self._get_page("/search", params, SEARCH, inside=f"{kind}s")

    def fetch_tracks(self, track_ids: Iterable[str]) -> list[Json | None]:
        """Fetch at most 50 tracks in the order asked for, None for an unknown one (old apps)."""
        return self._get_several("tracks", track_ids, SEVERAL_TRACKS)

    def fetch_artists(self, artist_ids: Iterable[str]) -> list[Json | None]:
        """Fetch at most 50 artists in the order asked for, None for an unknown one (old apps)."""
        return self._get_several("artists", artist_ids, SEVERAL_ARTISTS)

    def fetch_new_releases(self) -> Iterator[Json]:
        """Fetch the albums Spotify features as new, page by page (old apps)."""
        return self._get_pages("/browse/new-releases", {"limit": 50}, NEW_RELEASES, inside="albums")

    def _get_several(self, kind: str, ids: Iterable[str], endpoint: Endpoint) -> list[Json | None]:
        asked = [_check_id(each) for each in ids]
        found = self._get(f"/{kind}", {"ids": ",".join(asked)}, endpoint).get(kind)
        if not isinstance(found, list) or len(found) != len(asked):
            raise NonsenseAnswer(f"GET /{kind} was not answered with one entry per id asked for")
        return [each if isinstance(each, dict) else None for each in found]

    def _get_pages(
        self, path: str, params: Parameters, endpoint: Endpoint, inside: str = ""
    ) -> Iterator[Json]:
        """Yield pages while they link on; an empty page or a link met before ends the walk.

        Both have been seen at the end of lists; following them would spend the quota.
        """
        followed: set[str] = set()
        while True:
            page = self._get_page(path, params, endpoint, inside)
            yield page
            link = page.get("next")
            if not link or not page["items"] or str(link) in followed:
                return
            path, params = self._split_link(link, path)
            followed.add(str(link))

    def _get_page(
        self, path: str, params: Parameters, endpoint: Endpoint, inside: str = ""
    ) -> Json:
        content = self._get(path, params, endpoint)
        page = content.get(inside) if inside else content
        if not isinstance(page, dict) or not isinstance(page.get("items"), list):
            raise NonsenseAnswer(f"GET {path} was answered without a list of items")
        return page

    def _get(self, path: str, params: Parameters, endpoint: Endpoint) -> Json:
        return parse_json(self._ask(path, params, endpoint), f"GET {path}")

    def _ask(self, path: str, params: Parameters, endpoint: Endpoint) -> Answer:
        """Return a successful answer; one 401 is taken for a slip and cured by a renewal."""
        label = f"GET {path}"
        answer = self._send(path, params)
        if answer.status == 401:
            self._token.renew()
            answer = self._send(path, params)
        if answer.status == 401:
            if endpoint.scope and lacks_scope(quote_spotify(answer)):
                raise needs_scope(endpoint.scope)
            raise Unavailable(
                f"Spotify refused {label} with a token it had just issued:"
                " the sign-in is good, so the next run asks again"
            )
        if trouble := find_trouble(answer, label, endpoint):
            raise trouble
        self.answered_at = answer.answered_at
        return answer

    def _send(self, path: str, params: Parameters) -> Answer:
        headers = {"Authorization": f"Bearer {self._token.access_token}"}
        sent_before = self._sender.request_count
        try:
            return self._sender.send("GET", self._api_url + path, headers=headers, params=params)
        finally:
            self.call_count += self._sender.request_count - sent_before

    def _split_link(self, link: object, found_at: str) -> tuple[str, Parameters]:
        """Return path and parameters of a link in an answer, if it stays within the API.

        Links are response data: followed anywhere else they would carry the token away.
        The address is put together anew from the configured one.
        """
        base = urlsplit(self._api_url)
        try:
            parts = urlsplit(str(link))
            is_ours = _origin(parts) == _origin(base) and parts.path.startswith(base.path + "/")
        except ValueError:
            is_ours = False
        if not is_ours or not re.fullmatch(r"[\w/-]+", parts.path, re.ASCII):
            raise NonsenseAnswer(
                f"GET {found_at} was answered with a link that leads out of the API;"
                " it was not followed"
            )
        return parts.path.removeprefix(base.path), dict(parse_qsl(parts.query))


def _origin(parts: SplitResult) -> tuple[str, str | None, int | None]:
    default_port = {"https": 443, "http": 80}.get(parts.scheme)
    return parts.scheme, parts.hostname, parts.port or default_port


def is_spotify_id(text: str) -> bool:
    """Return whether a text can be an id: nothing else is asked for."""
    return re.fullmatch(r"[\w-]+", text, re.ASCII) is not None


def _check_id(spotify_id: str) -> str:
    """Return an id that is safe in a path; raise BadRequest without asking otherwise."""
    if not is_spotify_id(spotify_id):
        raise BadRequest(f"{spotify_id[:40]!r} is no Spotify id")
    return spotify_id
