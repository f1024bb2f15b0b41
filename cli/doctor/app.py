"""What the Spotify app may do: each kind of call the jobs make, tried once and remembered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

from cli.doctor.check import Check, bad, good, note
from everheard.enrich.app import open_app_client
from everheard.enrich.calls import BudgetedCalls
from everheard.enrich.releases import BROWSE, SEARCH_NEW
from everheard.failure import Failure
from everheard.ledger.operations.quota import Budget
from everheard.run.job import Run
from everheard.sources.fields import Json
from everheard.sources.http import Sender
from everheard.sources.spotify.client import (
    ALBUMS,
    ARTIST_ALBUMS,
    ARTISTS,
    NEW_RELEASES,
    SEARCH,
    SEVERAL_ARTISTS,
    SEVERAL_TRACKS,
    TRACKS,
    SpotifyClient,
)
from everheard.sources.spotify.errors import (
    OBJECT_TROUBLES,
    BadRequest,
    EmptyNotFound,
    NotAvailable,
    NotFound,
    QuotaSpent,
    TryLater,
)


class Shown(NamedTuple):
    """Objects that certainly exist: those of a play that Spotify has just shown."""

    track_id: str
    album_id: str
    artist_id: str


Ask = Callable[[SpotifyClient, Shown], object]
#: What every app has, by bucket: without one of these a job cannot do its work.
NEEDED: Mapping[str, Ask] = {
    TRACKS.bucket: lambda client, shown: client.fetch_track(shown.track_id),
    ALBUMS.bucket: lambda client, shown: client.fetch_album(shown.album_id),
    ARTISTS.bucket: lambda client, shown: client.fetch_artist(shown.artist_id),
    ARTIST_ALBUMS.bucket: lambda client, shown: client.fetch_artist_albums(shown.artist_id),
}
#: What some apps have: capability -> its bucket, and how to ask.
GIVEN_TO_SOME: Mapping[str, tuple[str, Ask]] = {
    SEVERAL_TRACKS.bucket: (
        SEVERAL_TRACKS.bucket,
        lambda client, shown: client.fetch_tracks([shown.track_id]),
    ),
    SEVERAL_ARTISTS.bucket: (
        SEVERAL_ARTISTS.bucket,
        lambda client, shown: client.fetch_artists([shown.artist_id]),
    ),
    BROWSE: (
        NEW_RELEASES.bucket,
        lambda client, _: next(client.fetch_new_releases(), None),
    ),
    SEARCH_NEW: (SEARCH.bucket, lambda client, _: client.fetch_search("tag:new", "album")),
}


def check_app(run: Run, sender: Sender, capabilities: dict[str, bool], shown: Json) -> list[Check]:
    """Try what the jobs need (at most eight calls, counted in the day's budget), and judge it.

    What the ledger knows already is not asked again for a month: ``capabilities``.
    """
    found = find_shown(shown)
    if found is None:
        return [note("app", "not tried: Spotify shows no play yet whose track could be asked for")]
    settings = run.settings
    try:
        budget = Budget(settings.client_id, run.job, settings.calls_per_day)
        client = open_app_client(run, sender)
        probe = Probe(client, BudgetedCalls(run, client, budget), found)
        checks = probe.judge(capabilities)
    except Failure as failure:
        return [bad("app", "could not be tried", str(failure))]
    return checks + [
        note("app", "was left without an answer", str(one)) for one in run.outcome.failures
    ]


def find_shown(page: Json) -> Shown | None:
    """Return the ids of the newest play that has them all."""
    for item in page["items"]:
        track: Any = item.get("track") if isinstance(item, dict) else None
        try:
            ids = (track["id"], track["album"]["id"], track["artists"][0]["id"])
        except (TypeError, KeyError, IndexError):
            continue
        if all(isinstance(one, str) for one in ids):
            return Shown(*ids)
    return None


class Probe:
    """One round of questions; each is asked within the day's budget or not at all."""

    def __init__(self, client: SpotifyClient, calls: BudgetedCalls, shown: Shown) -> None:
        self._client = client
        self._calls = calls
        self._app = calls.app
        self._shown = shown
        self._answered: set[str] = set()
        self._refused: dict[str, str] = {}
        self._unanswered: dict[str, str] = {}

    def judge(self, capabilities: dict[str, bool]) -> list[Check]:
        """Ask, and return the lines of doctor's list."""
        untried = {name: ask for name, ask in GIVEN_TO_SOME.items() if name not in capabilities}
        self._calls.make(
            [(bucket, partial(self._try_needed, bucket, ask)) for bucket, ask in NEEDED.items()]
            + [
                (bucket, partial(self._try_capability, name, ask))
                for name, (bucket, ask) in untried.items()
            ]
        )
        known = capabilities | {
            name: self._app.may(name) for name in untried if self._app.knows(name)
        }
        return [*self._judge_needed(), *judge_capabilities(known)]

    def _try_needed(self, bucket: str, ask: Ask) -> None:
        try:
            ask(self._client, self._shown)
        except NotAvailable as refusal:
            self._refused[bucket] = str(refusal)
        except (NotFound, EmptyNotFound, BadRequest):
            self._answered.add(bucket)  # about this object, which is no matter here
        except OBJECT_TROUBLES as trouble:
            self._unanswered[bucket] = str(trouble)
        else:
            self._answered.add(bucket)

    def _try_capability(self, name: str, ask: Ask) -> None:
        try:
            ask(self._client, self._shown)
        except QuotaSpent:
            raise
        except (*OBJECT_TROUBLES, TryLater) as trouble:
            self._app.degrade(name, trouble)
        else:
            self._app.learn(name, is_available=True)

    def _judge_needed(self) -> list[Check]:
        checks = [
            bad("app", f"may not ask for {bucket}", f"{says}; the other jobs go on without it")
            for bucket, says in self._refused.items()
        ]
        checks += [
            bad("app", f"got no proper answer for {bucket}", says)
            for bucket, says in self._unanswered.items()
        ]
        if self._answered:
            checks.append(good("app", f"may ask for {', '.join(sorted(self._answered))}"))
        tried = self._answered | self._refused.keys() | self._unanswered.keys()
        if unasked := NEEDED.keys() - tried:
            says = f"not tried: {', '.join(sorted(unasked))}"
            checks.append(note("app", says, "try again when the day has calls left"))
        return checks


def judge_capabilities(known: Mapping[str, bool]) -> list[Check]:
    """Say what some apps have and this one has or lacks, as far as it is known."""
    has = sorted(name for name, is_available in known.items() if is_available)
    lacks = sorted(name for name, is_available in known.items() if not is_available)
    checks = [good("app, given to some", f"has {', '.join(has)}")] if has else []
    if lacks:
        says = f"lacks {', '.join(lacks)}, as apps made since 2026 do; the jobs go other ways"
        checks.append(note("app, given to some", says))
    return checks
