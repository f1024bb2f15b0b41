"""Whom the embedded server's users believe, and what root leaves alone on its way there."""

from __future__ import annotations

import os
import socketserver
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Thread
from typing import Any

import psycopg2
import pytest

from everheard.database import embedded
from everheard.database.embedded import account as embedded_account
from everheard.database.embedded import cluster as embedded_cluster
from everheard.database.embedded import folder as embedded_folder
from everheard.database.embedded.account import settle_account, settle_folder
from everheard.database.embedded.folder import Layout, find_layout, find_socket_dir
from everheard.failure import ConfigurationError
from tests.postgres import PROJECT_DIR

pytestmark = pytest.mark.posix
LONG = "l" * 120
SHARED = (Path("/tmp"), Path("/var/tmp"), Path("/dev/shm"))

#: Somebody's server: it takes a connection, asks for the password in clear, and notes it all.
FALSE_SERVER = """
import os, socket, sys
os.umask(0)
place, noted, user, group = sys.argv[1:]
os.setgroups([])
os.setgid(int(group))
os.setuid(int(user))
with socket.socket(socket.AF_UNIX) as server, open(noted, "wb", buffering=0) as file:
    server.bind(place)
    server.listen()
    print("ready", flush=True)
    while True:
        client, _ = server.accept()
        file.write(b"somebody came\\n")
        file.write(client.recv(1000))
        client.sendall(b"R" + (8).to_bytes(4, "big") + (3).to_bytes(4, "big"))
        file.write(client.recv(1000))
"""


def write_as_server(layout: Layout, socket_dir: Path | str, port: int = 5432) -> None:
    """Leave a pid file that names a running process and a place for clients to come to."""
    lines = [os.getpid(), layout.data_dir, 1, port, socket_dir, "", "", "ready"]
    layout.pid_file.write_text("".join(f"{line}\n" for line in lines))
    settle_account().own(layout.pid_file)


@pytest.fixture
def stopped(home: Path) -> Layout:
    """Lend a server that was made and is not running."""
    embedded.start(home)
    embedded.stop(home)
    return find_layout(home)


def test_socket_is_never_in_a_folder_that_all_can_write_in(home: Path) -> None:
    place = find_socket_dir(find_layout(home / LONG))
    assert place is None or not any(place.is_relative_to(shared) for shared in SHARED)
    command = [
        sys.executable,
        "-c",
        "import sys; from pathlib import Path; from everheard.database.embedded.folder import *;"
        "print(find_socket_dir(find_layout(Path(sys.argv[1]))))",
        f"/nowhere/{LONG}",
    ]
    environ = {"PYTHONPATH": str(PROJECT_DIR), "TMPDIR": "/tmp", "PATH": os.defpath}
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=True)
    assert not done.stdout.startswith(tuple(map(str, SHARED)))


def test_server_without_a_private_place_for_its_socket_is_asked_by_tcp(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded_folder, "_list_private_folders", lambda: iter(()))
    server = embedded.start(home / LONG)
    try:
        assert server.socket_dir is None
        with closing(psycopg2.connect(server.url)) as connection, connection.cursor() as cursor:
            cursor.execute("select host(inet_server_addr())")
            assert cursor.fetchone() == ("127.0.0.1",)
    finally:
        embedded.stop(home / LONG)


def test_way_in_asks_for_proof_of_whoever_answers(home: Path) -> None:
    server = embedded.start(home)
    for told in (server.url, embedded.print_psql_command(server)):
        assert "require_auth=scram-sha-256" in told
        assert "requirepeer=" in told


@pytest.fixture
def false_socket(
    scratch: Path, tmp_path_factory: pytest.TempPathFactory, second_user: dict[str, Any]
) -> Iterator[Path]:
    """Lend the folder of another user's server; what it was sent stands in the file ``noted``."""
    folder = scratch / tmp_path_factory.mktemp("false").name
    folder.mkdir(mode=0o700)
    os.chown(folder, second_user["user"], second_user["group"])
    who = [str(second_user["user"]), str(second_user["group"])]
    places = [folder / ".s.PGSQL.5432", folder / "noted"]
    # Python may lie where only root can start it: the program itself becomes the other user.
    command = [sys.executable, "-c", FALSE_SERVER, *places, *who]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd="/") as server:
        assert server.stdout is not None
        assert server.stdout.readline() == b"ready\n"
        yield folder
        server.kill()


def test_server_of_another_user_is_sent_nothing(
    stopped: Layout, home: Path, false_socket: Path
) -> None:
    write_as_server(stopped, false_socket)
    assert embedded.find(home) is None
    assert (false_socket / "noted").read_bytes() == b""


def test_server_of_another_user_is_found_out_before_it_is_told_who_asks(
    stopped: Layout, home: Path, false_socket: Path
) -> None:
    """Whoever got between the look and the connection is still a stranger to libpq."""
    server = embedded.start(home)
    url = server.url.replace(str(server.socket_dir), str(false_socket))
    password = url.split(":")[2].split("@")[0]
    with pytest.raises(psycopg2.OperationalError, match="requirepeer"):
        psycopg2.connect(url)
    assert password.encode() not in (false_socket / "noted").read_bytes()


class AsksInClear(socketserver.BaseRequestHandler):
    """A false server on the port: it asks for the password as it is."""

    noted = b""

    def handle(self) -> None:
        while sent := self.request.recv(1000):
            AsksInClear.noted += sent
            is_question = sent == bytes.fromhex("0000000804d2162f")
            request = b"R" + (8).to_bytes(4, "big") + (3).to_bytes(4, "big")
            self.request.sendall(b"N" if is_question else request)


def test_false_server_on_the_port_never_sees_the_password(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (embedded_folder, embedded_cluster):
        monkeypatch.setattr(module, "uses_tcp", lambda: True)
    password = embedded.start(home).url.split(":")[2].split("@")[0]
    embedded.stop(home)
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), AsksInClear) as false:
        Thread(target=false.serve_forever, daemon=True).start()
        write_as_server(find_layout(home), "", false.server_address[1])
        found = embedded.find(home)
        assert found is not None
        with pytest.raises(psycopg2.OperationalError, match="requirement"):
            psycopg2.connect(found.url)
        false.shutdown()
    assert b"everheard" in AsksInClear.noted, "it was asked, and asked back"
    assert password.encode() not in AsksInClear.noted
    find_layout(home).pid_file.unlink()


def test_root_writes_and_reads_nothing_through_the_links_of_the_servers_user(
    stopped: Layout, home: Path, tmp_path: Path, second_user: dict[str, Any]
) -> None:
    secret = tmp_path / "shadow"
    secret.write_text("FATAL: root's own\n")
    secret.chmod(0o600)
    account = settle_account().options()
    for name in ("initdb-password", "server.log", "data/everheard.conf"):
        place = stopped.folder / name
        place.unlink(missing_ok=True)
        subprocess.run(["/bin/ln", "-s", secret, place], check=True, cwd="/", **account)
    embedded.start(home)
    embedded.stop(home)
    for name in ("lock", "pgpass"):
        (stopped.folder / name).unlink()
        subprocess.run(
            ["/bin/ln", "-s", secret, stopped.folder / name], check=True, cwd="/", **account
        )
        with pytest.raises(ConfigurationError) as refused:
            embedded.start(home)
        assert "root's own" not in str(refused.value)
        (stopped.folder / name).unlink()
    assert secret.read_text() == "FATAL: root's own\n"
    assert (secret.stat().st_uid, stat.S_IMODE(secret.stat().st_mode)) == (0, 0o600)


def test_root_takes_over_no_folder_that_a_listeners_link_leads_to(
    scratch: Path, tmp_path: Path, second_user: dict[str, Any]
) -> None:
    theirs = make_home(scratch, tmp_path.name, second_user)
    (tmp_path / "etc").mkdir()
    subprocess.run(["/bin/ln", "-s", tmp_path / "etc", theirs / "postgres"], **second_user)
    for ask in (embedded.start, embedded.find, embedded.stop):
        with pytest.raises((ConfigurationError, OSError), match="link that root did not make"):
            ask(theirs)
    assert (tmp_path / "etc").stat().st_uid == 0
    assert list((tmp_path / "etc").iterdir()) == []


def make_home(scratch: Path, name: str, user: dict[str, Any]) -> Path:
    folder = scratch / f"listener-{name}"
    folder.mkdir(mode=0o700)
    os.chown(folder, user["user"], user["group"])
    return folder


def test_server_in_a_listeners_home_is_the_listeners_whoever_starts_it(
    scratch: Path, tmp_path: Path, second_user: dict[str, Any]
) -> None:
    theirs = make_home(scratch, tmp_path.name, second_user) / "demo"  # is made on the way
    server = embedded.start(theirs)
    try:
        made = [theirs, server.data_dir.parent, *server.data_dir.parent.iterdir(), server.data_dir]
        assert {path.stat().st_uid for path in made} == {second_user["user"]}
        with closing(psycopg2.connect(server.url)):
            pass
    finally:
        assert embedded.stop(theirs)


def test_folder_of_a_user_who_is_not_known_is_named(
    home: Path, second_user: dict[str, Any]
) -> None:
    (home / "postgres").mkdir()
    os.chown(home / "postgres", 54321, 54321)
    with pytest.raises(ConfigurationError, match="belongs to user number 54321"):
        embedded.start(home)


def test_shared_folder_that_is_somebodys_is_refused(
    home: Path, monkeypatch: pytest.MonkeyPatch, second_user: dict[str, Any]
) -> None:
    shared = make_home(home, "shared", second_user)
    monkeypatch.setattr(embedded_account, "SHARED_FOLDER", shared)
    (home / "private").mkdir(mode=0o700)
    with pytest.raises(ConfigurationError, match="is not root's alone"):
        settle_folder(home / "private" / "everheard", settle_account())


def test_connection_takes_nothing_from_a_socket_that_is_none(stopped: Layout, home: Path) -> None:
    socket_dir = stopped.folder / "socket"
    socket_dir.mkdir(mode=0o700)
    settle_account().own(socket_dir)
    (socket_dir / ".s.PGSQL.5432").touch()
    write_as_server(stopped, socket_dir)
    assert embedded.find(home) is None
    stopped.pid_file.unlink()
