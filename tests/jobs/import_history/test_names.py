"""What a history knows by name and a poll by id becomes one artist and one album."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from psycopg2.extensions import connection as Connection

from jobs import artists_and_tracks
from simulator.server import SimulatedServer
from tests.everheard.ledger.ledger import Ledger, add_listener
from tests.everheard.pages import make_album, make_artist, make_item
from tests.everheard.sources.spotify_export.history_files import make_row, write_file
from tests.jobs.conftest import Run
from tests.jobs.import_history.importing import Importer

DAY_S = 86_400


@pytest.mark.parametrize("polls_first", [True, False])
def test_name_and_id_become_one_without_a_call(
    connection: Connection,
    database_url: str,
    tmp_path: Path,
    start_spotify: Callable[..., SimulatedServer],
    run_job: Run,
    polls_first: bool,
) -> None:
    ledger = add_listener(connection)
    history = write_file(tmp_path, [make_row(0), make_row(DAY_S, "Other")])
    steps: list[Callable[[], object]] = [
        lambda: ledger.poll(make_item(2 * DAY_S)),
        lambda: Importer(database_url, tmp_path / "home").run(history),
    ]
    for step in steps if polls_first else reversed(steps):
        step()
    spotify = start_spotify()
    run_job(artists_and_tracks, spotify, METADATA_CALLS_PER_DAY="0")
    assert spotify.world.calls.log == []
    assert read_same(ledger) == (make_artist("Band")["id"], make_album()["id"])


def test_import_finds_what_its_names_are_by_itself(
    connection: Connection, database_url: str, tmp_path: Path
) -> None:
    ledger = add_listener(connection)
    ledger.poll(make_item(2 * DAY_S))
    history = write_file(tmp_path, [make_row(0), make_row(DAY_S, "Other")])
    Importer(database_url, tmp_path / "home").run(history)
    assert read_same(ledger) == (make_artist("Band")["id"], make_album()["id"])


def read_same(ledger: Ledger) -> tuple[str, str]:
    """Return the ids of what the history calls Band and Record."""
    artist_id, album_id = ledger.read_one(
        """
        select artist.artist_id, album.album_id
        from warehouse.dim_artist as named_artist
        join warehouse.dim_artist as artist
            on named_artist.same_as_artist_key = artist.artist_key
        join warehouse.dim_album as named_album
            on named_artist.folded_name = named_album.known_by_artist
        join warehouse.dim_album as album
            on named_album.same_as_album_key = album.album_key
        where named_artist.known_by_name = 'band'
        """
    )
    return artist_id, album_id
