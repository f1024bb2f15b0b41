"""Searching for new albums in three places behind one face, as far as the app may."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from everheard.enrich.enricher import Enricher
from everheard.ledger.catalogue import Ask
from everheard.ledger.releases import (
    Watched,
    load_followed,
    load_releases,
    read_artist_watch,
    read_release_queue,
)
from everheard.run.job import Run
from everheard.sources.fields import Json, read_text
from everheard.sources.spotify.client import (
    ARTIST_ALBUMS,
    FOLLOWED_ARTISTS,
    NEW_RELEASES,
    SEARCH,
    SpotifyClient,
)
from everheard.sources.spotify.errors import (
    OBJECT_TROUBLES,
    BadRequest,
    ListenerNotRegistered,
    NotAvailable,
    SignInNeeded,
    TryLater,
)
from everheard.sources.spotify.quota import find_ceiling
from everheard.sources.spotify.rows.releases import ReleaseStage, hides_singles, to_artist_rows

#: What the app may do; tried once a month.
BROWSE, SEARCH_NEW = NEW_RELEASES.bucket, "search-new"
LISTS = {BROWSE: "Spotify's list of new releases", SEARCH_NEW: "Spotify's search for what is new"}
#: Pages of lists that hold all the world's albums; the artists' own lists are what counts.
LIST_PAGES = 5
FOLLOWED_PAGES = 10
LOT_SIZE = 25
#: Spotify's greatest page of an artist's albums, and what it takes where it refuses that.
PAGE_SIZE, SMALL_PAGE_SIZE = 10, 5


class ReleaseSearch:
    """One run's search; everything found is stored lot by lot."""

    def __init__(self, run: Run, client: SpotifyClient, enricher: Enricher) -> None:
        self.seen_count = 0
        self.asked_count = 0
        self.owed_count = 0
        self._run = run
        self._enricher = enricher
        self._calls = enricher.calls
        self._client = client
        self._page_size = PAGE_SIZE

    def read_followed(self, listener_key: int, client: SpotifyClient) -> None:
        """Keep whom a listener follows, as far as Spotify tells: its trouble costs nothing else."""
        pages: list[Json] = []
        walk = self._calls.count_too(client).fetch_followed_artists()

        def fetch() -> None:
            try:
                pages.extend(page for _, page in zip(range(1), walk, strict=False))
            except (*OBJECT_TROUBLES, SignInNeeded, ListenerNotRegistered) as trouble:
                which = "Some followed" if pages else "Followed"
                self._run.outcome.warnings.append(f"{which} artists are left out. {trouble}")

        is_whole = False
        for number in range(FOLLOWED_PAGES):
            self._calls.make([(FOLLOWED_ARTISTS.bucket, fetch)])
            if len(pages) <= number:
                break
            # Only a list that was read to its end may say whom the listener left. An empty page
            # that links on has been seen there, and does not make a list.
            is_whole = not read_text(pages[-1], "next") or (number > 0 and not pages[-1]["items"])
            if is_whole or not pages[-1]["items"]:
                break
        if pages:
            rows = to_artist_rows(pages)
            load_followed(self._run.ledger.connect(), listener_key, rows, is_whole=is_whole)

    def find(self) -> None:
        """Search every place that is open to this app."""
        walk = self._client.fetch_new_releases()
        self._search_list(BROWSE, NEW_RELEASES.bucket, "browse", lambda _: next(walk, {}))
        self._search_list(SEARCH_NEW, SEARCH.bucket, "search", self._fetch_search)
        self._search_artists()

    def enrich(self) -> None:
        """Ask for the new albums and all their tracks."""
        while self._calls.is_open:
            kinds = self._enricher.list_kinds()
            queue = read_release_queue(self._run.ledger.connect(), kinds=kinds, limit=LOT_SIZE)
            asks: list[Ask] = queue.asks
            if not asks or not self._enricher.ask(asks):
                return

    def _search_list(
        self, capability: str, bucket: str, found_by: str, fetch: Callable[[int], Json]
    ) -> None:
        """Read the first pages of a list of all the world's new albums."""
        stage, pages = ReleaseStage(), list[Json]()
        call = partial(self._try_page, capability, fetch, pages)
        while self._calls.app.may(capability) and len(pages) < LIST_PAGES:
            known_count = len(pages)
            self._calls.make([(bucket, call)])
            if len(pages) == known_count:
                break
            found_count = stage.add_albums(pages[-1], found_by)
            self.seen_count += found_count
            if not found_count or not read_text(pages[-1], "next"):
                break
        if pages:
            load_releases(self._run.ledger.connect(), stage.rows)

    def _try_page(self, capability: str, fetch: Callable[[int], Json], pages: list[Json]) -> None:
        """Fetch the next page; where none comes, the artists' own lists have to do.

        An app that may not is remembered as such, whatever it is told; a list that has begun
        is only read no further.
        """
        app = self._calls.app
        try:
            pages.append(fetch(len(pages)))
        except (NotAvailable, BadRequest) as refusal:
            app.degrade(capability, refusal)
        except TryLater as limit:
            if app.knows(capability):
                raise
            app.degrade(capability, limit)
        except OBJECT_TROUBLES as trouble:
            if not pages:
                app.degrade(capability, trouble)
            self._run.outcome.warnings.append(f"{LISTS[capability]} is read no further. {trouble}")
        else:
            app.learn(capability, is_available=True)

    def _fetch_search(self, number: int) -> Json:
        return self._client.fetch_search("tag:new", "album", offset=10 * number)

    def _search_artists(self) -> None:
        """Ask for the albums of artists in their turn, until the bucket or the turn ends."""
        for _ in range(0, find_ceiling(ARTIST_ALBUMS.bucket), LOT_SIZE):
            watched = read_artist_watch(self._run.ledger.connect(), LOT_SIZE)
            if not watched or not self._calls.may_ask(ARTIST_ALBUMS.bucket):
                return
            stage = ReleaseStage()
            calls = [
                (ARTIST_ALBUMS.bucket, partial(self._ask_artist, one, groups, stage))
                for one in watched
                for groups in (("album", "single") if one.is_split else ("album,single",))
            ]
            self._calls.make(calls)
            if not (stage.rows.artist_watch or stage.rows.owed_answer):
                return
            self.owed_count += len(stage.rows.owed_answer)
            load_releases(self._run.ledger.connect(), stage.rows)

    def _ask_artist(self, watched: Watched, groups: str, stage: ReleaseStage) -> None:
        pages: list[Json] = []
        self.asked_count += 1
        reason = self._calls.attempt(
            ARTIST_ALBUMS.bucket,
            watched.artist_id,
            lambda: pages.append(self._fetch_albums(watched.artist_id, groups)),
        )
        if reason:
            stage.add_owed(watched.artist_id, reason)
        for page in pages:
            self.seen_count += stage.add_albums(page, "artist", is_first_look=watched.is_first_look)
            is_split = watched.is_split or hides_singles(page, self._page_size)
            stage.add_watch(watched.artist_id, is_split=is_split)

    def _fetch_albums(self, artist_id: str, groups: str) -> Json:
        """Fetch a page of the greatest size that Spotify takes."""
        fetch = self._client.fetch_artist_albums
        try:
            return fetch(artist_id, self._page_size, groups)
        except BadRequest as refusal:
            if "limit" not in refusal.said.lower() or self._page_size == SMALL_PAGE_SIZE:
                raise
            self._page_size = SMALL_PAGE_SIZE
            return fetch(artist_id, self._page_size, groups)
