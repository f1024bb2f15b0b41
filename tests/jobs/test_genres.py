"""Genres from MusicBrainz: off by default, polite, and no trouble of theirs is ours."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from psycopg2.extensions import connection as Connection

from everheard.sources.http import Answer, Sender
from everheard.sources.musicbrainz import client as musicbrainz
from everheard.sources.musicbrainz.rows import read_artist_genres
from jobs import artists_and_tracks as job
from simulator.catalogue import SimulatedTrack
from simulator.server import SimulatedServer
from tests.jobs.history import import_history

Start = Callable[..., SimulatedServer]
Run = Callable[..., str]


@pytest.fixture
def spotify(start_spotify: Start, monkeypatch: pytest.MonkeyPatch) -> SimulatedServer:
    monkeypatch.setattr(musicbrainz, "_PAUSE_SECONDS", 0.0)
    return start_spotify()


@pytest.fixture
def track(connection: Connection, spotify: SimulatedServer) -> SimulatedTrack:
    """Let the listener have heard one track by one artist who has genres."""
    now_ms = spotify.world.clock.now_ms
    track = next(
        track
        for track in spotify.world.catalogue.tracks
        if len(track.artists) == 1
        and len(track.artists[0].genres) == 2
        and track.isrc
        and track.artists[0].name
        and track.album.released_ms < now_ms
        and track.blanked_ms is None
        and spotify.world.catalogue.tracks_by_isrc[track.isrc.upper()] == [track]
    )
    import_history(connection, [(track, 200_000)])
    return track


def read(connection: Connection, query: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


GENRES = (
    "select genre.name, bridge.genre_source from warehouse.bridge_artist_genre as bridge"
    " join warehouse.dim_genre as genre using (genre_key) order by 1"
)


def turn_on(spotify: SimulatedServer) -> dict[str, str]:
    return {
        "MUSICBRAINZ_CONTACT": "listener@example.org",
        "MUSICBRAINZ_URL": spotify.musicbrainz_url,
    }


def test_nobody_is_asked_by_default(
    spotify: SimulatedServer, track: SimulatedTrack, run_job: Run
) -> None:
    run_job(job, spotify, MUSICBRAINZ_URL=spotify.musicbrainz_url)
    assert spotify.world.calls.count("musicbrainz_isrc") == 0


def test_genres_are_asked_for_once_by_code(
    connection: Connection, spotify: SimulatedServer, track: SimulatedTrack, run_job: Run
) -> None:
    run_job(job, spotify, **turn_on(spotify))
    expected = [(genre, "musicbrainz") for genre in sorted(track.artists[0].genres)]
    assert read(connection, GENRES) == expected
    run_job(job, spotify, **turn_on(spotify))
    assert spotify.world.calls.count("musicbrainz_isrc") == 1


def test_trouble_of_musicbrainz_is_a_warning_and_asked_again(
    connection: Connection, spotify: SimulatedServer, track: SimulatedTrack, run_job: Run
) -> None:
    spotify.world.add_mood("not_json", "musicbrainz_isrc", times=1)
    run_job(job, spotify, **turn_on(spotify))
    assert read(connection, GENRES) == []
    read(connection, "update warehouse.etl_owed_answer set ask_again_at = now() returning 1")
    run_job(job, spotify, **turn_on(spotify))
    assert len(read(connection, GENRES)) == 2
    assert read(connection, "select * from warehouse.etl_owed_answer") == []


def test_its_budget_is_its_own(
    connection: Connection, spotify: SimulatedServer, track: SimulatedTrack, run_job: Run
) -> None:
    run_job(job, spotify, **turn_on(spotify), MUSICBRAINZ_CALLS_PER_DAY="0")
    assert spotify.world.calls.count("musicbrainz_isrc") == 0


class Scripted(Sender):
    """A sender that answers at once and tells the time by a clock of its own."""

    def __init__(self) -> None:
        super().__init__(musicbrainz.MUSICBRAINZ, clock=lambda: self.moment)
        self.moment = 0.0
        self.agents: list[str] = []

    def send(self, method: str, url: str, **asked: Any) -> Answer:
        self.agents.append(asked["headers"]["User-Agent"])
        return Answer(200, {}, b"{}", datetime.now(UTC))


def test_a_second_passes_between_calls_and_every_one_says_who_asks() -> None:
    with Scripted() as sender:
        slept: list[float] = []

        def sleep(seconds: float) -> None:
            slept.append(seconds)
            sender.moment += seconds

        asked = musicbrainz.MusicBrainz(sender, "https://mb.example", "me@example.org", sleep=sleep)
        asked.fetch_isrc("QMEVH0000001")
        sender.moment += 0.25
        asked.fetch_isrc("QMEVH0000002")
    assert slept == [0.75]
    assert set(sender.agents) == {"Everheard ( me@example.org )"}


def test_two_artists_of_one_name_give_nothing() -> None:
    credited = [
        {"name": "Same", "artist": {"id": one, "name": "Same", "genres": [{"name": "folk"}]}}
        for one in ("1", "2")
    ]
    recordings = [{"artist-credit": [credit]} for credit in credited]
    assert read_artist_genres({"recordings": recordings}, "same") == []
    assert read_artist_genres({"recordings": recordings[:1]}, "same") == ["folk"]
