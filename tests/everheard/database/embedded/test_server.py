"""The embedded server, started for real: made, shared, found again, stopped."""

import os
import shutil
import socketserver
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from threading import Thread

import psutil
import psycopg2
import pytest
from psycopg2.extensions import parse_dsn

from everheard.database import embedded
from everheard.database.embedded import (
    account as embedded_account,
)
from everheard.database.embedded import (
    cluster as embedded_cluster,
)
from everheard.database.embedded import (
    folder as embedded_folder,
)
from everheard.database.embedded.cluster import describe_connection, find_reason
from everheard.database.embedded.folder import find_layout
from everheard.database.embedded.postmaster import Postmaster, read_postmaster
from everheard.failure import ConfigurationError
from tests.postgres import PROJECT_DIR

START_AND_TELL = """
import sys
from pathlib import Path
from everheard.database import embedded
print(embedded.start(Path(sys.argv[1])).url, flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def shared_home(scratch: Path) -> Iterator[Path]:
    """Lend one running server to the tests that only look at it."""
    home = scratch / "shared"
    embedded.start(home)
    yield home
    embedded.stop(home)


def ask(url: str, query: str) -> tuple[object, ...] | None:
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()


def run_psql(server: embedded.EmbeddedServer, query: str) -> str:
    command = f'{embedded.print_psql_command(server)} -X -A -t -c "{query}"'
    done = subprocess.run(command, shell=True, capture_output=True, text=True)
    return done.stdout.strip() + done.stderr.strip()


def find_pid(home: Path) -> int:
    postmaster = read_postmaster(find_layout(home))
    assert postmaster is not None
    return postmaster.pid


def kill_server(home: Path) -> None:
    """Kill the server as a power cut would: no pid file is removed, no checkpoint is made."""
    process = psutil.Process(find_pid(home))
    family = [process, *process.children()]
    for member in family:
        with suppress(psutil.NoSuchProcess):  # a child may have ended by itself
            member.kill()
    psutil.wait_procs(family, timeout=10)


def test_locale_is_the_same_on_every_machine(shared_home: Path) -> None:
    row = ask(
        embedded.start(shared_home).url,
        "select datlocprovider, datlocale, pg_encoding_to_char(encoding), datcollate"
        " from pg_database where datname = current_database()",
    )
    assert row == ("b", "C.UTF-8", "UTF8", "C")


def test_database_is_18_in_utc_for_role_everheard(shared_home: Path) -> None:
    row = ask(
        embedded.start(shared_home).url,
        "select current_setting('server_version_num')::int / 10000, current_setting('TimeZone'),"
        " current_user, current_database()",
    )
    assert row == (18, "UTC", "everheard", "everheard")


def test_password_is_needed(shared_home: Path) -> None:
    url = embedded.start(shared_home).url
    password = url.split(":")[2].split("@")[0]
    with pytest.raises(psycopg2.OperationalError, match="no password supplied"):
        ask(url.replace(f":{password}", ""), "select 1")
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        ask(url.replace(password, "guessed"), "select 1")


@pytest.mark.posix
def test_password_is_kept_private_and_out_of_every_text(shared_home: Path) -> None:
    server = embedded.start(shared_home)
    passfile = find_layout(shared_home).passfile
    password = passfile.read_text().strip().rpartition(":")[2]
    assert stat.S_IMODE(passfile.stat().st_mode) == 0o600
    assert password in server.url
    assert password not in repr(server)
    assert password not in embedded.print_psql_command(server)


def test_printed_psql_command_works_as_pasted(shared_home: Path) -> None:
    assert run_psql(embedded.start(shared_home), "select 40 + 2") == "42"


@pytest.mark.posix
def test_no_network_port_is_opened(shared_home: Path) -> None:
    server = embedded.start(shared_home)
    assert server.port is None
    assert ask(server.url, "show listen_addresses") == ("",)
    assert psutil.Process(find_pid(shared_home)).net_connections(kind="inet") == []


def test_log_carries_no_rows(shared_home: Path) -> None:
    url = embedded.start(shared_home).url
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute("create temp table heard (song text primary key)")
        cursor.execute("insert into heard values ('Für Elise')")
        with pytest.raises(psycopg2.errors.UniqueViolation):
            cursor.execute("insert into heard values ('Für Elise')")
    log = find_layout(shared_home).log.read_text()
    assert "heard_pkey" in log
    assert "Elise" not in log


def test_second_start_finds_the_server_of_the_first(shared_home: Path) -> None:
    pid = find_pid(shared_home)
    assert embedded.start(shared_home) == embedded.start(shared_home)
    assert find_pid(shared_home) == pid


@pytest.mark.parametrize(
    "name",
    [
        "Zoë's Müsik 音楽",
        "l" * 120,
        pytest.param('with "quotes" $HOME `x` 100%', marks=pytest.mark.posix),
    ],
)
def test_folder_may_have_any_name(home: Path, name: str) -> None:
    awkward = home / name
    server = embedded.start(awkward)
    try:
        assert ask(server.url, "select 1") == (1,)
        assert run_psql(server, "select 2") == "2"
        assert server.data_dir.is_relative_to(awkward)
        if server.socket_dir is not None:
            assert len(os.fsencode(server.socket_dir / ".s.PGSQL.5432")) < 104
    finally:
        assert embedded.stop(awkward)
    assert server.socket_dir is None or not server.socket_dir.exists()
    assert embedded.find(awkward) is None


def test_two_starting_at_once_share_one_server(home: Path) -> None:
    starters = [
        subprocess.Popen(
            [sys.executable, "-c", START_AND_TELL, home],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=PROJECT_DIR,
            text=True,
        )
        for _ in range(2)
    ]
    urls = {starter.communicate()[0] for starter in starters}
    assert [starter.returncode for starter in starters] == [0, 0]
    assert len(urls) == 1
    assert ask(urls.pop().strip(), "select 1") == (1,)


def test_server_outlives_a_killed_owner_and_is_found_again(home: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", START_AND_TELL, home],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=PROJECT_DIR,
        text=True,
    ) as owner:
        assert owner.stdout is not None
        url = owner.stdout.readline().strip()
        owner.kill()
    found = embedded.find(home)
    assert found is not None
    assert found.url == url
    assert embedded.start(home).url == url


def test_killed_server_starts_again_with_everything_committed(home: Path) -> None:
    url = embedded.start(home).url
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute("create table kept as select 7 as number")
        connection.commit()
    kill_server(home)
    assert embedded.find(home) is None
    assert ask(embedded.start(home).url, "select number from kept") == (7,)


def plant_pid_file(home: Path, content: str) -> None:
    layout = find_layout(home)
    layout.pid_file.write_text(content)
    embedded_account.settle_account().own(layout.pid_file)


def test_pid_file_cut_short_by_a_power_cut_is_no_obstacle(home: Path) -> None:
    embedded.start(home)
    kill_server(home)
    plant_pid_file(home, "")
    assert embedded.find(home) is None
    assert ask(embedded.start(home).url, "select 1") == (1,)


@pytest.mark.posix
def test_pid_file_whose_number_went_to_a_stranger_is_no_obstacle(home: Path) -> None:
    embedded.start(home)
    kill_server(home)
    account = embedded_account.settle_account()
    with subprocess.Popen(["/bin/sleep", "600"], cwd="/", **account.options()) as stranger:
        data = find_layout(home).data_dir
        plant_pid_file(home, f"{stranger.pid}\n{data}\n1\n5432\n{home}\n\n\nready\n")
        try:
            assert embedded.find(home) is None
            assert ask(embedded.start(home).url, "select 1") == (1,)
            assert stranger.poll() is None
        finally:
            stranger.kill()


@pytest.mark.posix
def test_server_whose_socket_was_swept_away_is_started_anew(home: Path) -> None:
    server = embedded.start(home)
    assert server.socket_dir is not None
    shutil.rmtree(server.socket_dir)
    assert embedded.find(home) is None
    assert ask(embedded.start(home).url, "select 1") == (1,)


def test_half_made_cluster_is_redone(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def lose_power(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(embedded_cluster, "_create_database", lose_power)
        with pytest.raises(KeyboardInterrupt):
            embedded.start(home)
    assert embedded.find(home) is None
    assert ask(embedded.start(home).url, "select current_database()") == ("everheard",)


def test_stop_ends_the_server_cleanly_and_says_whether_one_ran(home: Path) -> None:
    assert embedded.stop(home) is False
    embedded.start(home)
    assert embedded.stop(home) is True
    assert embedded.stop(home) is False
    assert "database system is shut down" in find_layout(home).log.read_text()


def test_over_tcp_the_port_is_drawn_once_and_kept(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (embedded_folder, embedded_cluster):
        monkeypatch.setattr(module, "uses_tcp", lambda: True)
    first = embedded.start(home)
    assert first.socket_dir is None
    assert ask(first.url, "select inet_server_addr()::text") == ("127.0.0.1/32",)
    assert run_psql(first, "select 3") == "3"
    embedded.stop(home)
    assert embedded.start(home).port == first.port


class Greeting(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        self.request.sendall(b"220 mail.example.org\r\n")


class Stranger(socketserver.ThreadingTCPServer):
    """Some other program, which took the port while our server was down."""

    allow_reuse_address = True  # connections to our server may still linger there


def test_over_tcp_a_stranger_on_the_port_is_not_taken_for_ours(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (embedded_folder, embedded_cluster):
        monkeypatch.setattr(module, "uses_tcp", lambda: True)
    first = embedded.start(home)
    kill_server(home)
    assert first.port is not None
    with Stranger(("127.0.0.1", first.port), Greeting) as stranger:
        Thread(target=stranger.serve_forever).start()
        second = embedded.start(home)
        stranger.shutdown()
    assert second.port != first.port
    assert ask(second.url, "select 1") == (1,)


@pytest.mark.parametrize(
    "place",
    [
        "OneDrive/everheard",
        "OneDrive - Contoso/x",
        "Dropbox/x",
        "Dropbox (Personal)/x",
        "Library/Mobile Documents/com~apple~CloudDocs/x",
        "iCloudDrive/x",
        "Google Drive/x",
        "GoogleDrive-me@example.org/My Drive/x",
        "Library/CloudStorage/Box-Box/x",
    ],
)
def test_synced_folder_is_refused(tmp_path: Path, place: str) -> None:
    with pytest.raises(ConfigurationError, match="set EVERHEARD_HOME to a folder that stays"):
        embedded.start(tmp_path / place)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.posix
def test_link_into_a_synced_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "Dropbox" / "x").mkdir(parents=True)
    (tmp_path / "innocent").symlink_to(tmp_path / "Dropbox" / "x")
    with pytest.raises(ConfigurationError, match="Dropbox"):
        embedded.start(tmp_path / "innocent")


def test_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError, match=r"file \(.+\): set EVERHEARD_HOME"):
        embedded.start(tmp_path / "file")


def test_other_version_of_the_data_is_named(home: Path) -> None:
    embedded.start(home)
    embedded.stop(home)
    version = find_layout(home).data_dir / "PG_VERSION"
    version.write_text("17\n")
    with pytest.raises(ConfigurationError, match="made by PostgreSQL 17"):
        embedded.start(home)


def test_lost_password_never_costs_the_data(home: Path) -> None:
    embedded.start(home)
    layout = find_layout(home)
    layout.passfile.unlink()
    with pytest.raises(ConfigurationError, match="docs/embedded-postgres"):
        embedded.start(home)
    assert layout.data_dir.exists()


@pytest.mark.parametrize("name", ["back\\slash", "trailing\\", "quote' and space", "plain"])
def test_connection_of_a_home_with_any_name_is_read_back_as_it_is(
    tmp_path: Path, name: str
) -> None:
    if sys.platform == "win32":
        return  # a backslash parts folders there
    layout = find_layout(tmp_path / name)
    postmaster = Postmaster(1, 5432, Path("/tmp/socket"), is_ready=True)
    described = parse_dsn(describe_connection(layout, postmaster, database="x"))
    assert described["passfile"] == str(layout.passfile)


def test_reason_of_a_program_ends_no_sentence_of_ours() -> None:
    said = "psql: error: connection failed\n\tIs the server running?"
    assert find_reason(said.splitlines()[1]) == "Is the server running"
    assert find_reason(said) == "psql: error: connection failed"


@pytest.mark.parametrize(("most", "said"), [(2**31 - 1, "32-bit"), (2**63 - 1, "pi/install.sh")])
def test_why_there_is_none_is_said_as_it_is(
    monkeypatch: pytest.MonkeyPatch, most: int, said: str
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setattr(sys, "maxsize", most)
    with pytest.raises(ConfigurationError, match=said) as raised:
        embedded.bin_dir()
    assert ("32-bit" in str(raised.value)) == (said == "32-bit")
