"""The Power BI project that a person works in: what they did stays, what was done is said."""

from __future__ import annotations

import os
import re
import shutil
import socket
import socketserver
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import parse_qs, urlsplit, urlunsplit

import psycopg2
import pytest

from cli.powerbi import MODEL, PARAMETERS, fill_in, hand_over, open_project
from cli.powerbi import write_project as write
from cli.powerbi_way import find_way_to
from everheard.config import read_settings
from everheard.failure import ConfigurationError
from everheard.written import Written
from migrate.role import LedgerRole
from migrate.upgrade import upgrade
from tests.repository.project import PROJECT_DIR, read

PAGE = "Everheard.Report/definition/pages/mine/page.json"
MEASURES = f"{MODEL}definition/tables/Figures.tmdl"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "powerbi"


def read_all(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != ".everheard.json"
    }


def put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_copy_has_server_and_database_filled_in(folder: Path) -> None:
    project = write(folder, "db.example:6543", 'my "plays"')
    text = (folder / PARAMETERS).read_text(encoding="utf-8")

    assert project.file.exists()
    assert "new here" in project.done
    assert 'Server = "db.example:6543"' in text
    assert 'Database = "my ""plays"""' in text
    assert read_all(folder) == fill_in("db.example:6543", 'my "plays"')


def test_pages_of_the_person_and_the_cache_of_desktop_stay(folder: Path) -> None:
    write(folder, "old.example", "plays")
    put(folder / PAGE, '{"displayName": "Mine"}')
    put(folder / f"{MODEL}.pbi/cache.abf", "plays")
    put(folder / "notes.txt", "ask Ana")

    project = write(folder, "new.example", "plays")

    assert (folder / PAGE).read_text() == '{"displayName": "Mine"}'
    assert (folder / f"{MODEL}.pbi/cache.abf").exists()
    assert (folder / "notes.txt").exists()
    assert 'Server = "new.example"' in (folder / PARAMETERS).read_text()
    assert "Your report stays as you left it (page.json)" in project.done
    assert "model was renewed" in project.done


def test_page_that_the_person_took_away_does_not_come_back(folder: Path) -> None:
    write(folder, "db.example", "plays")
    gone = folder / "Everheard.Report/definition/pages/today/page.json"
    gone.unlink()
    write(folder, "db.example", "plays")
    assert not gone.exists()


def test_model_that_nobody_touched_loses_what_a_newer_one_has_not(folder: Path) -> None:
    write(folder, "db.example", "plays")
    older = f"{MODEL}definition/tables/older.tmdl"
    Written(folder).write({**fill_in("db.example", "plays"), older: b"table older\n"})

    project = write(folder, "db.example", "plays")

    assert read_all(folder) == fill_in("db.example", "plays")
    assert project.done == "Report and model were renewed: nobody changed them."


def test_model_of_the_person_stays_and_reads_the_new_server(folder: Path) -> None:
    write(folder, "old.example", "plays")
    put(folder / MEASURES, "table Figures\n\tmeasure Mine = 1\n")

    project = write(folder, "new.example", "other")

    assert (folder / MEASURES).read_text() == "table Figures\n\tmeasure Mine = 1\n"
    assert 'Server = "new.example"' in (folder / PARAMETERS).read_text()
    assert "Your model stays as you left it (Figures.tmdl)" in project.done
    assert list(folder.parent.iterdir()) == [folder], "nothing newer is there to be shown"


def test_newer_model_lies_beside_the_one_of_the_person(folder: Path) -> None:
    earlier = fill_in("db.example", "plays")
    Written(folder).write({**earlier, f"{MODEL}definition/model.tmdl": b"model Model\n"})
    put(folder / MEASURES, "table Figures\n\tmeasure Mine = 1\n")

    first, second = (write(folder, "db.example", "plays") for _ in range(2))
    beside = folder.with_name("powerbi-2")

    assert first.file == folder / "Everheard.pbip"
    assert str(beside / "Everheard.pbip") in first.done
    assert second.done == first.done
    assert read_all(beside) == earlier
    put(beside / MEASURES, "table Figures\n")
    assert str(folder.with_name("powerbi-3")) in write(folder, "db.example", "plays").done
    assert (beside / MEASURES).read_text() == "table Figures\n"


def test_file_that_stands_in_the_way_leaves_everything_as_it_was(folder: Path) -> None:
    write(folder, "old.example", "plays")
    before = read_all(folder)
    with held(folder / PARAMETERS), pytest.raises(ConfigurationError, match=r"expressions\.tmdl"):
        write(folder, "new.example", "plays")
    assert read_all(folder) == before
    assert "renewed" in write(folder, "new.example", "plays").done


class held:  # noqa: N801
    """A file that nobody can replace: on Windows it is open, elsewhere its folder is locked."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._chattr = shutil.which("chattr", path="/usr/bin:/bin") or "chattr"

    def __enter__(self) -> None:
        if sys.platform == "win32":
            self._file = self._path.open("rb")
        elif os.geteuid() == 0:
            subprocess.run([self._chattr, "+i", self._path], check=True, capture_output=True)
        else:
            self._path.parent.chmod(0o500)

    def __exit__(self, *_: object) -> None:
        if sys.platform == "win32":
            self._file.close()
        elif os.geteuid() == 0:
            subprocess.run([self._chattr, "-i", self._path], check=True)
        else:
            self._path.parent.chmod(0o700)


@pytest.mark.posix
def test_project_is_its_owners_alone(folder: Path) -> None:
    old = os.umask(0)
    try:
        write(folder, "db.example", "plays")
    finally:
        os.umask(old)
    for path in (folder, *folder.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_cache_of_desktop_is_no_part_of_the_repository() -> None:
    place = f"powerbi/{MODEL}.pbi/cache.abf"
    found = subprocess.run(["git", "check-ignore", place], cwd=PROJECT_DIR, capture_output=True)
    assert found.returncode == 0


class Relay(socketserver.BaseRequestHandler):
    """Take a connection on to the server's own socket: a server with an address, as Power BI's."""

    def handle(self) -> None:
        with socket.socket(socket.AF_UNIX) as server:
            server.connect(self.server.socket_path)  # type: ignore[attr-defined]
            threading.Thread(target=pass_on, args=(server, self.request), daemon=True).start()
            pass_on(self.request, server)


def pass_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


@pytest.fixture
def url_with_address(database_url: str) -> Iterator[str]:
    parts = urlsplit(database_url)
    folder = parse_qs(parts.query)["host"][0]
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Relay) as relay:
        relay.daemon_threads = True
        relay.socket_path = f"{folder}/.s.PGSQL.5432"  # type: ignore[attr-defined]
        threading.Thread(target=relay.serve_forever, daemon=True).start()
        place = f"{parts.username}:{parts.password}@127.0.0.1:{relay.server_address[1]}"
        yield urlunsplit(parts._replace(netloc=place, query=""))
        relay.shutdown()


@pytest.fixture
def run(
    url_with_address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., str]:
    monkeypatch.setenv("PATH", str(tmp_path))  # no clipboard
    read = read_settings(
        {"DATABASE_URL": url_with_address, "EVERHEARD_HOME": str(tmp_path)}, needs_spotify=False
    )
    return lambda **options: open_project(read, **options)


@pytest.mark.posix
def test_password_is_kept_until_a_new_one_is_asked_for(
    run: Callable[..., str], database_url: str
) -> None:
    first = run(has_new_password=True)
    password = first.partition("password ")[2].partition(". ")[0]
    assert can_sign_in(database_url, password)

    again = run()
    assert "it was not changed" in again
    assert password not in again
    assert can_sign_in(database_url, password)

    renewed = run(has_new_password=True).partition("password ")[2].partition(". ")[0]
    assert renewed != password
    assert can_sign_in(database_url, renewed)
    assert not can_sign_in(database_url, password)


@pytest.mark.posix
def test_password_stays_where_a_file_cannot_be_written(
    run: Callable[..., str], database_url: str, tmp_path: Path
) -> None:
    said = run(has_new_password=True)
    password = said.partition("password ")[2].partition(". ")[0]
    (tmp_path / "powerbi" / PARAMETERS).write_bytes(
        Path(tmp_path / "powerbi" / PARAMETERS).read_bytes().replace(b"127.0.0.1", b"elsewhere")
    )
    with held(tmp_path / "powerbi" / PARAMETERS), pytest.raises(ConfigurationError):
        run(has_new_password=True)
    assert can_sign_in(database_url, password)


def can_sign_in(url: str, password: str) -> bool:
    parts = urlsplit(url)
    place = f"bi_reader:{password}@{parts.netloc.rpartition('@')[2]}"
    try:
        psycopg2.connect(urlunsplit(parts._replace(netloc=place))).close()
    except psycopg2.OperationalError:
        return False
    return True


@pytest.mark.parametrize(
    ("url", "server", "user", "provider"),
    [
        ("postgresql://a:b@db.example:5432/plays?sslmode=require", "db.example", "bi_reader", ""),
        ("postgresql://a:b@db.example:6543/plays", "db.example:6543", "bi_reader", ""),
        (
            "postgresql://a:b@ep-x-pooler.eu.aws.neon.tech/plays",
            "ep-x.eu.aws.neon.tech",
            "bi_reader",
            "",
        ),
        (
            "postgresql://postgres.abcdef:b@aws-0-eu-central-1.pooler.supabase.com:6543/plays",
            *("aws-0-eu-central-1.pooler.supabase.com", "bi_reader.abcdef", "Supabase"),
        ),
        (
            "postgresql://everheard_writer.abcdef:b@aws-1-x.pooler.supabase.com:5432/plays",
            *("aws-1-x.pooler.supabase.com", "bi_reader.abcdef", "Supabase"),
        ),
        (
            "postgresql://postgres:b@db.abcdef.supabase.co:6543/plays",
            *("db.abcdef.supabase.co", "bi_reader", "Supabase"),
        ),
        (
            "postgresql://avnadmin:b@pg-1-me.a.aivencloud.com:21699/plays?sslmode=require",
            *("pg-1-me.a.aivencloud.com:21699", "bi_reader", "Aiven"),
        ),
    ],
)
def test_each_provider_has_its_way(url: str, server: str, user: str, provider: str) -> None:
    way = find_way_to(url)
    assert (way.server, way.database) == (server, "plays")
    assert f"bi_reader{way.suffix}" == user
    assert way.advice.partition(" ")[0] == provider
    if provider:
        assert f"\n### {provider}\n" in read("docs/powerbi.md"), "what the advice leads to"
    assert ("IPv6" in way.advice) == ("supabase.co:" in url)


def test_server_that_power_bi_cannot_reach_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="a server it can reach"):
        find_way_to("postgresql://a:b@:5432/x?host=/tmp/socket")


@pytest.mark.posix
def test_embedded_database_behind_a_socket_is_no_way(tmp_path: Path) -> None:
    settings = read_settings({"EVERHEARD_HOME": str(tmp_path)}, needs_spotify=False)
    with pytest.raises(ConfigurationError, match="by a socket here, and Power BI Desktop runs on"):
        open_project(settings)
    assert list(tmp_path.iterdir()) == []


def test_embedded_database_is_reached_as_on_windows(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By TCP on this machine, whose port is drawn once: both pages say so."""
    for module in ("cli.powerbi_way", "everheard.database.embedded.cluster",
                   "everheard.database.embedded.upgrade"):  # fmt: skip
        monkeypatch.setattr(f"{module}.uses_tcp", lambda: True)
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    monkeypatch.setattr("shutil.which", lambda name: None)  # no clipboard
    settings = read_settings({"EVERHEARD_HOME": str(home)}, needs_spotify=False)
    upgrade(settings)

    said = open_project(settings)

    port = (home / "postgres/port").read_text().strip()
    assert f"reads everheard on 127.0.0.1:{port}." in said
    assert f'Server = "127.0.0.1:{port}"' in (home / "powerbi" / PARAMETERS).read_text()
    assert "not encrypted" in said
    password = said.partition("password ")[2].partition(". It is new")[0]
    with (
        closing(
            psycopg2.connect(
                host="127.0.0.1", port=port, dbname="everheard", user="bi_reader", password=password
            )
        ) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute("select count(*) from bi.play")
        assert cursor.fetchone() == (0,)


def test_pages_say_one_thing_of_the_embedded_database() -> None:
    pages = [read(f"docs/{name}.md") for name in ("powerbi", "embedded-postgres")]
    for page in pages:
        (said,) = re.findall(r"^.*Power BI Desktop.*127\.0\.0\.1.*$", page, re.MULTILINE)
        assert "Windows" in said
        assert "socket" in said
        assert not re.search("cannot be read by Power BI", page)


@pytest.mark.posix
@pytest.mark.parametrize(("code", "where"), [(0, "from the clipboard"), (1, "the password")])
def test_password_is_shown_where_the_clipboard_is_out_of_reach(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, where: str
) -> None:
    for name in ("xclip", "pbcopy"):
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\ncat > {tmp_path}/clipboard\nexit {code}\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert hand_over(LedgerRole("bi_reader", "the password")) == where
    assert (tmp_path / "clipboard").read_text() == "the password"
