"""The ledger opens, or one sentence says why not, without secrets and listening rows."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg2
import pytest

from everheard import SCHEMA_VERSION
from everheard.config import Settings, read_settings
from everheard.database import connect as module
from everheard.database.connect import (
    check_schema,
    connect,
    explain,
    find_database_url,
    translate_errors,
)
from everheard.failure import ConfigurationError, DatabaseTrouble, ExitCode, SchemaMismatch
from migrate.upgrade import upgrade
from tests.postgres import Server


def make_settings(url: str, tmp_path: Path) -> Settings:
    return read_settings(
        {"DATABASE_URL": url, "EVERHEARD_HOME": str(tmp_path)},
        env_file=tmp_path / "no.env",
        needs_spotify=False,
    )


@pytest.fixture(autouse=True)
def naps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Count the waits between attempts instead of sitting them out."""
    taken: list[float] = []
    monkeypatch.setattr(module.time, "sleep", taken.append)
    return taken


def fail(url: str, tmp_path: Path) -> str:
    with pytest.raises(DatabaseTrouble) as caught:
        connect(make_settings(url, tmp_path), application="test")
    assert caught.value.exit_code == ExitCode.DATABASE_TROUBLE
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    return str(caught.value)


def change(url: str, **parts: str) -> str:
    split = urlsplit(url)
    user, password = parts.get("user", split.username), parts.get("password", split.password)
    place = f"{user}:{password}@{split.netloc.rpartition('@')[2]}"
    return urlunsplit(split._replace(netloc=place, path=parts.get("path", split.path)))


def test_connection_commits_by_itself_and_carries_its_name(
    database_url: str, tmp_path: Path
) -> None:
    connection = connect(make_settings(database_url, tmp_path), application="everheard test")
    with connection.cursor() as cursor:
        cursor.execute("select current_setting('application_name')")
        assert cursor.fetchone() == ("everheard test",)
    assert connection.autocommit
    connection.close()


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg2"])
def test_any_spelling_of_the_scheme_is_taken(
    database_url: str, tmp_path: Path, scheme: str
) -> None:
    url = scheme + database_url[database_url.index("://") :]
    assert find_database_url(make_settings(url, tmp_path)) == database_url
    connect(make_settings(url, tmp_path), application="test").close()


def test_wrong_password_is_told_at_once(
    each_postgres_url: str, tmp_path: Path, naps: list[float]
) -> None:
    said = fail(change(each_postgres_url, password="wrong-password"), tmp_path)
    assert "refuses the user or password" in said
    assert "wrong-password" not in said
    assert naps == []


def test_unknown_user_is_told(each_postgres_url: str, tmp_path: Path) -> None:
    assert "password" in fail(change(each_postgres_url, user="nobody"), tmp_path)


def test_missing_database_is_told(each_postgres_url: str, tmp_path: Path) -> None:
    assert "database" in fail(change(each_postgres_url, path="/nowhere"), tmp_path)


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
def test_database_that_cannot_hold_every_name_is_told(
    postgres_server: Server, tmp_path: Path, encoding: str
) -> None:
    with postgres_server.lend_database() as url:
        name = urlsplit(url).path.lstrip("/") + "_narrow"
        with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
            connection.autocommit = True
            cursor.execute(
                f"create database {name} encoding '{encoding}' locale_provider libc locale 'C'"
                " template template0"
            )
            try:
                narrow = make_settings(change(url, path=f"/{name}"), tmp_path)
                with pytest.raises(ConfigurationError, match=encoding):
                    connect(narrow, application="test")
                with pytest.raises(ConfigurationError, match="encoding 'UTF8'"):
                    upgrade(narrow)
            finally:
                cursor.execute(f"drop database {name} with (force)")


def test_missing_password_is_told(database_url: str, tmp_path: Path) -> None:
    split = urlsplit(database_url)
    place = f"{split.username}@{split.netloc.rpartition('@')[2]}"
    assert "wants a password" in fail(urlunsplit(split._replace(netloc=place)), tmp_path)


def test_unknown_host_is_told_at_once(tmp_path: Path, naps: list[float]) -> None:
    said = fail("postgresql://ada:pw@nowhere.invalid/music", tmp_path)
    assert "host" in said
    assert naps == []


def test_silence_at_the_port_is_told_after_three_attempts(
    tmp_path: Path, naps: list[float]
) -> None:
    assert "nothing answers" in fail("postgresql://ada:pw@127.0.0.1:1/music", tmp_path)
    assert len(naps) == 2


def test_missing_socket_is_told(tmp_path: Path) -> None:
    host = quote(str(tmp_path), safe="")
    assert "socket" in fail(f"postgresql://ada:pw@/music?host={host}", tmp_path)


def test_unknown_option_is_told(tmp_path: Path) -> None:
    assert "option" in fail("postgresql://ada:pw@h/music?colour=red", tmp_path)


@pytest.fixture
def answering(request: pytest.FixtureRequest) -> Iterator[str]:
    """Answer what a client says with the parameter's answers in turn; yield the address."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    client, _ = server.accept()
                except OSError:
                    return
                with client:
                    for answer in request.param:
                        client.recv(4096)
                        client.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"postgresql://ada:pw@127.0.0.1:{server.getsockname()[1]}/music?sslmode=require"
        server.shutdown(socket.SHUT_RDWR)
    thread.join(5)


@pytest.mark.parametrize("answering", [[b"N"]], indirect=True)
def test_server_without_tls_is_told(answering: str, tmp_path: Path) -> None:
    assert "refuses TLS" in fail(answering, tmp_path)


@pytest.mark.parametrize("answering", [[b"S", b"\x15\x03\x03\x00\x02\x02\x28"]], indirect=True)
def test_tls_that_fails_is_told(answering: str, tmp_path: Path) -> None:
    assert "TLS connection failed" in fail(answering, tmp_path)


@pytest.mark.parametrize("answering", [[b""]], indirect=True)
def test_connection_that_is_cut_is_tried_again(
    answering: str, tmp_path: Path, naps: list[float]
) -> None:
    said = fail(answering.replace("require", "disable"), tmp_path)
    assert "cut" in said
    assert len(naps) == 2


def test_server_that_comes_back_is_not_given_up(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, failures = psycopg2.connect, ["connection to server failed: Connection refused"] * 2

    def connect_at_third(*given: object, **more: object) -> object:
        if failures:
            raise psycopg2.OperationalError(failures.pop())
        return real(*given, **more)  # type: ignore[call-overload]

    monkeypatch.setattr(psycopg2, "connect", connect_at_third)
    connect(make_settings(database_url, tmp_path), application="test").close()
    assert failures == []


def raise_in_server(url: str, action: str) -> psycopg2.Error:
    connection = psycopg2.connect(url)
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"do $$begin {action}; end$$")
    except psycopg2.Error as error:
        return error
    finally:
        connection.close()
    raise AssertionError("the server said nothing")


@pytest.mark.parametrize(
    ("state", "word"),
    [
        ("53100", "full"),
        ("53200", "memory"),
        ("53300", "pooled"),
        ("42501", "right"),
        ("25006", "read-only"),
        ("55P03", "next run"),
        ("57014", "longer"),
        ("57P01", "shut down"),
        ("57P03", "starting up"),
    ],
)
def test_refusal_of_the_server_is_told_with_its_state(
    database_url: str, state: str, word: str
) -> None:
    trouble = explain(raise_in_server(database_url, f"raise 'secret' using errcode = '{state}'"))
    assert isinstance(trouble, DatabaseTrouble)
    assert word in str(trouble)
    assert state in str(trouble)
    assert "secret" not in str(trouble)


def test_full_free_tier_is_known_by_its_words(database_url: str) -> None:
    words = "could not extend file because project size limit (512 MB) has been exceeded"
    trouble = explain(raise_in_server(database_url, f"raise '{words}' using errcode = '53400'"))
    assert "full" in str(trouble)


def test_other_refusals_show_state_constraint_and_first_line_only(database_url: str) -> None:
    action = (
        (
            "raise 'first line' || chr(10) || 'Guilty row' using errcode = '23505',"
            " detail = 'Guilty detail', hint = 'Guilty hint', constraint = 'fact_play_pk'"
        )
        .replace("raise '", "raise exception using message = '", 1)
        .replace("'Guilty row' using", "'Guilty row',")
    )
    said = str(explain(raise_in_server(database_url, action)))
    assert said == ("The database said no (SQLSTATE 23505, constraint fact_play_pk): first line")


@pytest.mark.parametrize("state", ["42P01", "3F000", "42703"])
def test_missing_tables_ask_for_an_upgrade(database_url: str, state: str) -> None:
    trouble = explain(raise_in_server(database_url, f"raise 'gone' using errcode = '{state}'"))
    assert isinstance(trouble, SchemaMismatch)
    assert trouble.exit_code == ExitCode.CONFIGURATION
    assert "python start.py migrate upgrade" in str(trouble)


@pytest.mark.parametrize(
    "words",
    [
        "SSL connection has been closed unexpectedly",
        "server closed the connection unexpectedly\n\tThis probably means",
        "SSL SYSCALL error: EOF detected",
    ],
)
def test_connection_lost_in_the_middle_is_no_fault_of_the_settings(words: str) -> None:
    said = str(explain(psycopg2.OperationalError(words)))
    assert "cut" in said
    assert "sslmode" not in said


def test_errors_that_are_no_database_trouble_pass() -> None:
    with pytest.raises(ZeroDivisionError), translate_errors():
        raise ZeroDivisionError


@pytest.mark.parametrize(
    ("version", "oldest_code", "command"),
    [
        (None, None, "migrate upgrade"),
        (SCHEMA_VERSION - 1, 1, "migrate upgrade"),
        (SCHEMA_VERSION + 1, SCHEMA_VERSION + 1, "git pull"),
    ],
)
def test_schema_that_does_not_go_with_the_code_names_the_cure(
    version: int | None, oldest_code: int | None, command: str
) -> None:
    with pytest.raises(SchemaMismatch, match=command):
        check_schema(version, oldest_code)


@pytest.mark.parametrize("version", [SCHEMA_VERSION, SCHEMA_VERSION + 3])
def test_additive_upgrade_elsewhere_stops_nobody(version: int) -> None:
    check_schema(version, SCHEMA_VERSION)


@pytest.mark.parametrize("ending", ["no encryption", "SSL encryption", "SSL off"])
def test_refused_address_is_told(ending: str) -> None:
    words = f'no pg_hba.conf entry for host "h", user "ada", database "music", {ending}'
    said = str(explain(psycopg2.OperationalError(f"connection failed: FATAL:  {words}")))
    assert "refuses this user, database or address" in said
    assert "ada" not in said
