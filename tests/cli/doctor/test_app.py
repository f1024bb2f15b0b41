"""What the app may do: tried with a simulated Spotify within the day's calls, and remembered."""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg2.extensions
import pytest

import simulator
from cli.doctor.spotify import check_spotify
from everheard.config import read_settings
from everheard.database.connect import connect
from everheard.ledger.operations.health import read_health

CATALOGUE = ["album", "artist", "artist_albums", "track"]


@pytest.fixture
def spotify(request: pytest.FixtureRequest) -> Iterator[simulator.SimulatedServer]:
    with simulator.running(listeners=["light"], app=getattr(request, "param", "new")) as server:
        yield server


@pytest.fixture
def look(
    spotify: simulator.SimulatedServer, database_url: str, tmp_path: Path
) -> Callable[..., str]:
    """Return what looks at Spotify as doctor does, and returns its lines."""
    token = spotify.environ()["SPOTIFY_REFRESH_TOKEN"]

    def run(refresh_token: str = token) -> str:
        environ = {
            **spotify.environ(),
            "DATABASE_URL": database_url,
            "EVERHEARD_HOME": str(tmp_path),
            "SPOTIFY_REFRESH_TOKEN": refresh_token,
        }
        settings = read_settings(environ, env_file=tmp_path / "no")
        spotify.world.calls.reset()
        connection = connect(settings, application="test")
        try:
            health = read_health(connection, client_id=settings.client_id)
        finally:
            connection.close()
        return "\n".join(map(str, check_spotify(settings, health)))

    return run


def count_calls(spotify: simulator.SimulatedServer) -> Counter[str]:
    return Counter(call.endpoint for call in spotify.world.calls.log)


def read(connection: psycopg2.extensions.connection, query: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall() if cursor.description else []


def test_new_app_is_tried_once_and_what_it_lacks_is_remembered(
    look: Callable[..., str],
    spotify: simulator.SimulatedServer,
    connection: psycopg2.extensions.connection,
) -> None:
    said = look()
    assert "✓ app: may ask for albums, artist-albums, artists, tracks" in said
    assert "✓ app, given to some: has search-new" in said
    assert "lacks new-releases, several-artists, several-tracks, as apps made since 2026 do" in said
    assert sum(count_calls(spotify).values()) <= 14
    learnt = "select capability, is_available from warehouse.etl_capability order by capability"
    assert read(connection, learnt) == [
        ("new-releases", False),
        ("search-new", True),
        ("several-artists", False),
        ("several-tracks", False),
    ]
    counted = "select sum(call_count)::int from warehouse.etl_quota_call where job = 'doctor'"
    assert read(connection, counted) == [(8,)]

    assert look() == said
    calls = count_calls(spotify)
    assert sorted(calls.keys() - {"token", "me", "recently_played", "currently_playing"}) == sorted(
        [*CATALOGUE, "following"]
    )


@pytest.mark.parametrize("spotify", ["old"], indirect=True)
def test_old_app_has_what_new_ones_lack(look: Callable[..., str]) -> None:
    said = look()
    assert "has new-releases, search-new, several-artists, several-tracks" in said
    assert "lacks" not in said


def test_endpoint_that_spotify_took_from_this_app_is_a_fault(
    look: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulator.gate.OLD_ONLY", {*simulator.gate.OLD_ONLY, "artist"})
    said = look()
    assert "✗ app: may not ask for artists" in said
    assert "✓ app: may ask for albums, artist-albums, tracks" in said


def test_app_is_not_tried_beyond_the_days_calls(
    look: Callable[..., str],
    spotify: simulator.SimulatedServer,
    connection: psycopg2.extensions.connection,
) -> None:
    client_id = spotify.environ()["SPOTIFY_CLIENT_ID"]
    read(
        connection,
        "insert into warehouse.etl_quota_call (client_id, bucket, job, call_count)"
        f" values ('{client_id}', 'tracks', 'artists_and_tracks', 300)",
    )
    assert "· app: not tried: albums, artist-albums, artists, tracks" in look()
    assert not count_calls(spotify).keys() & {*CATALOGUE, "search"}


def test_bucket_that_ends_is_closed_for_every_runner(
    look: Callable[..., str],
    spotify: simulator.SimulatedServer,
    connection: psycopg2.extensions.connection,
) -> None:
    spotify.world.add_mood("quota_exceeded", "album", retry_after=9 * 3600)
    said = look()
    assert "· app: was left without an answer" in said
    assert "✓ app: may ask for artist-albums, artists, tracks" in said
    assert read(connection, "select bucket from warehouse.etl_quota") == [("albums",)]


def test_scope_that_was_not_granted_is_named(
    look: Callable[..., str], spotify: simulator.SimulatedServer
) -> None:
    world = spotify.world
    token = world.accounts.sign_in("ada", world.clock.now_ms, "user-read-recently-played")
    said = look(token)
    assert "✓ Spotify, listener 1: " in said
    assert "· Spotify, listener 1: does not show what plays now" in said
    assert "· Spotify, listener 1: does not show followed artists" in said
    assert "`python start.py authorize`" in said
