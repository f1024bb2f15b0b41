"""MongoDB, by a server that speaks its protocol (SecantusDB): what arrives, and what does not."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pymongo
import pytest
from psycopg2.extensions import connection as Connection

from tests.jobs.export.conftest import ODD_NAME, Export
from tests.sql.ledger import add_play

PASSWORD = "open-sesame-77"


@contextmanager
def serve(folder: Path, *options: str) -> Iterator[str]:
    """Run the server on a folder; yield its host and port."""
    program = Path(sys.executable).parent / "secantusd-py"
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [program, "--storage-path", folder, "--port", str(port), *options]
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder
    ) as server:
        try:
            await_port(port, server)
            yield f"127.0.0.1:{port}"
        finally:
            server.terminate()


def await_port(port: int, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        assert server.poll() is None, "the server ended at once"
        with closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("the server did not answer")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if place := os.environ.get("TEST_MONGODB"):  # the original, in a workflow
        yield place
        return
    with serve(tmp_path_factory.mktemp("mongo")) as place:
        yield place


@pytest.fixture
def database(
    server: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Any]:
    """Lend an empty database, named in MONGODB_URL."""
    name = f"music_{abs(hash(request.node.name))}"
    monkeypatch.setenv("MONGODB_URL", f"mongodb://{server}/{name}")
    with pymongo.MongoClient(f"mongodb://{server}", tz_aware=True) as client:
        yield client[name]


def test_plays_arrive_as_people_would_look_for_them(
    run: Export, ledger: Connection, database: Any
) -> None:
    assert run("mongodb").startswith("export: plays 8, ")
    play = database.plays.find_one({"artists.name": "Guest"}, sort=[("played_at", 1)])
    assert play["_id"] == "1/2023-12-31T23:30:00.000000Z/1"
    assert play["played_at"] == datetime(2023, 12, 31, 23, 30, tzinfo=UTC)
    assert play["played_at_local"] == "2024-01-01T00:30:00"
    assert play["track"]["name"] == ODD_NAME
    assert [one["name"] for one in play["artists"]] == ["Main", "Guest"]
    assert play["ms_listened"] == 240_000
    assert database.tracks.find_one({"_id": 1})["album"]["name"] == "Album"
    assert database.artists.count_documents({}) == 5
    assert database.albums.count_documents({}) == 2
    assert "artists.name_1" in database.plays.index_information()


def test_second_run_changes_no_document(run: Export, ledger: Connection, database: Any) -> None:
    run("mongodb")
    names = ("plays", "tracks", "artists", "albums", "everheard_export")
    first = {name: list(database[name].find()) for name in names}
    assert "written 0" in run("mongodb")
    assert {name: list(database[name].find()) for name in names} == first


def test_only_what_changed_is_written(run: Export, ledger: Connection, database: Any) -> None:
    run("mongodb")
    add_play(ledger, "2025-11-01 12:00:00+00", 1)
    assert "written 1" in run("mongodb")
    with ledger.cursor() as cursor:
        cursor.execute("delete from warehouse.fact_play where played_at >= '2025-11-01'")
        cursor.execute("delete from warehouse.fact_play where played_at < '2024-01-01'")
    assert "taken away 2" in run("mongodb")
    assert database.plays.count_documents({}) == 7


def test_collection_that_was_emptied_is_filled_again(
    run: Export, ledger: Connection, database: Any
) -> None:
    run("mongodb")
    database.plays.delete_many({"listener_key": 1})
    run("mongodb")
    assert database.plays.count_documents({}) == 8


def test_one_listener_and_since(run: Export, ledger: Connection, database: Any) -> None:
    run("mongodb", "--listener", "Ana", "--since", "2025-01-01")
    assert database.plays.count_documents({}) == 4
    run("mongodb", "--listener", "Bob", "--since", "2025-01-01")
    assert database.plays.count_documents({}) == 5
    run("mongodb", "--listener", "Bob")
    assert database.plays.count_documents({}) == 1


def test_collections_of_somebody_else_are_left_alone(
    run: Export, ledger: Connection, database: Any
) -> None:
    database.tracks.insert_one({"_id": "theirs"})
    assert "did not write" in run("mongodb", code=78)
    assert [one["_id"] for one in database.tracks.find()] == ["theirs"]
    assert database.plays.count_documents({}) == 0


def test_address_is_asked_for(
    run: Export, ledger: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "MONGODB_URL is not set" in run("mongodb", code=78)
    monkeypatch.setenv("MONGODB_URL", "http://db.example.org")
    run("mongodb", code=78)


def test_server_that_is_away_is_told(
    run: Export, ledger: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("everheard.export.mongodb._WAIT_MS", 300)
    monkeypatch.setenv("MONGODB_URL", f"mongodb://ana:{PASSWORD}@127.0.0.1:1/music")
    said = run("mongodb", code=73)
    assert "cannot be reached" in said
    assert PASSWORD not in said


@pytest.fixture(scope="module")
def locked_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Lend a server that wants a user and a password."""
    folder = tmp_path_factory.mktemp("locked")
    with serve(folder) as place, pymongo.MongoClient(f"mongodb://{place}") as client:
        roles = [{"role": "readWrite", "db": "music"}]
        client.music.command("createUser", "ana", pwd=PASSWORD, roles=roles)
    with serve(folder, "--auth") as place:
        yield place


def test_server_that_wants_a_user_lets_one_in(
    run: Export, ledger: Connection, locked_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MONGODB_URL", f"mongodb://ana:{PASSWORD}@{locked_server}/music")
    assert "plays 8" in run("mongodb")


@pytest.mark.parametrize("who", ["ana:wrong-password-1@", ""])
def test_wrong_user_is_told_and_no_secret(
    run: Export,
    ledger: Connection,
    locked_server: str,
    monkeypatch: pytest.MonkeyPatch,
    who: str,
) -> None:
    monkeypatch.setenv("MONGODB_URL", f"mongodb://{who}{locked_server}/music")
    said = run("mongodb", code=78)
    assert "MongoDB refused" in said
    assert "wrong-password-1" not in said
