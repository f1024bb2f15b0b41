"""The API over a ledger of the test's own: in process, and over the network where that matters."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask.testing import FlaskClient
from psycopg2.extensions import connection as Connection

from api import create_app
from api.server import make_server
from everheard.config import Settings, read_settings
from everheard.database.statements import send
from everheard.ledger.operations.tokens import insert_entry, insert_token
from everheard.ledger.ranks import RankResult, load_ranks
from everheard.ledger.summaries import render_summaries

LEDGER = """
insert into warehouse.dim_listener (listener_key, account_id, display_name, timezone) values
(1, 'ana', 'Ana', 'Europe/Berlin');
insert into warehouse.dim_artist (artist_key, artist_id, name, folded_name, metadata_level) values
(1, 'artist1', 'Sigur Rós', 'sigur ros', 3), (2, 'artist2', 'Queen', 'queen', 3),
(3, 'artist3', 'ABBA', 'abba', 3), (4, 'artist4', 'Guest', 'guest', 3);
insert into warehouse.dim_album
(album_key, album_id, name, folded_name, folded_artist_name, metadata_level, album_type,
 total_track_count, release_date)
values
(1, 'album1', 'Ágætis byrjun', 'agætis byrjun', 'sigur ros', 3, 'album', 2, '1999-06-12'),
(2, 'album2', 'Greatest Hits', 'greatest hits', 'queen', 3, 'album', 4, '1981-10-26'),
(3, 'album3', 'Greatest Hits', 'greatest hits', 'abba', 3, 'album', 4, '1975-11-17');
insert into warehouse.bridge_album_artist values
(1, 1, 0, 'main'), (2, 2, 0, 'main'), (3, 3, 0, 'main');
insert into warehouse.dim_track
(track_key, track_id, track_uri, name, folded_name, folded_artist_name, album_key, duration_ms,
 match_key, metadata_level)
values
(1, 'track1', 'spotify:track:track1', 'Svefn-g-englar', 'svefn-g-englar', 'sigur ros', 1, 240000,
 1, 3),
(2, 'track2', 'spotify:track:track2', 'Under Pressure', 'under pressure', 'queen', 2, 240000, 2, 3);
insert into warehouse.bridge_track_artist values
(1, 1, 0, 'main'), (2, 2, 0, 'main'), (2, 4, 1, 'featured');
insert into warehouse.fact_play
(listener_key, played_at, track_key, ms_played, ms_source)
values
(1, '2026-05-01T12:00:00Z', 1, 240000, 1), (1, '2026-05-02T12:00:00Z', 1, 240000, 1),
(1, '2026-05-03T12:00:00Z', 2, 120000, 1);
select setval(pg_get_serial_sequence('warehouse.dim_listener', 'listener_key'), 10),
    setval(pg_get_serial_sequence('warehouse.dim_artist', 'artist_key'), 10),
    setval(pg_get_serial_sequence('warehouse.dim_album', 'album_key'), 10),
    setval(pg_get_serial_sequence('warehouse.dim_track', 'track_key'), 10);
"""


def derive_summaries(connection: Connection, listener_key: int) -> None:
    """Derive what the jobs keep fresh, after plays were put in by hand."""
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into warehouse.etl_touched_span (listener_key, touched_from, touched_to)"
            " values (%s, '-infinity', 'infinity')",
            (listener_key,),
        )
        send(cursor, render_summaries(cursor, listener_key))


@pytest.fixture
def ledger(connection: Connection) -> Connection:
    """Fill the ledger: one listener, three albums, three plays."""
    with connection.cursor() as cursor:
        cursor.execute(LEDGER)
    derive_summaries(connection, 1)
    return connection


@pytest.fixture
def settings(database_url: str) -> Settings:
    """Lend settings that lead to the test's ledger."""
    return dataclasses.replace(read_settings(needs_spotify=False), database_url=database_url)


@pytest.fixture
def make_client(settings: Settings) -> Iterator[Callable[..., FlaskClient]]:
    """Make clients of the API; settings can be given by name."""
    apps = []

    def make(**more: Any) -> FlaskClient:
        app = create_app(dataclasses.replace(settings, **more))
        apps.append(app)
        return app.test_client()

    yield make
    for app in apps:
        app.extensions["ledger"].close()


def enter(client: FlaskClient, connection: Connection, listener: str | None = None) -> FlaskClient:
    """Let a client in by a link, as a browser is; it keeps the cookie."""
    code = insert_entry(connection, listener=listener)
    assert client.post("/enter", json={"code": code}).status_code == 200
    return client


@pytest.fixture
def stranger(make_client: Callable[..., FlaskClient], ledger: Connection) -> FlaskClient:
    """Lend a client on this machine that nobody let in."""
    return make_client()


@pytest.fixture
def client(make_client: Callable[..., FlaskClient], ledger: Connection) -> FlaskClient:
    """Lend a client that came by a link, as the listener's browser does."""
    return enter(make_client(), ledger)


@pytest.fixture
def rank(ledger: Connection) -> Callable[..., RankResult]:
    """Run what rank_albums runs."""
    return lambda **options: load_ranks(ledger, **options)


@pytest.fixture
def make_token(ledger: Connection) -> Callable[..., dict[str, str]]:
    """Make tokens; each comes as the header that carries it."""

    def make(listener: str = "Ana", *, rate: bool = True, everyone: bool = False) -> dict[str, str]:
        token = insert_token(
            ledger, name="test", listener=listener, may_rate=rate, may_read_all=everyone
        )
        return {"Authorization": f"Bearer {token}"}

    return make


@pytest.fixture
def served(settings: Settings, ledger: Connection) -> Iterator[str]:
    """Serve the API as ``serve`` does, on a free port of this machine; yield its address."""
    app = create_app(settings)
    server = make_server(app, host="127.0.0.1", port=0)
    with serve_app(server):
        yield f"http://127.0.0.1:{server.effective_port}"
    app.extensions["ledger"].close()


@contextmanager
def serve_app(server: Any) -> Iterator[None]:
    """Run a server in a thread, and close it with every connection still open."""
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield
    finally:
        server.close()
        thread.join(timeout=10)
