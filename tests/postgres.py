"""Real PostgreSQL for tests: servers, databases copied from a migrated template, a pooler.

The fixtures are in conftest.py; this is what they are made of.
"""

from __future__ import annotations

import http.client
import itertools
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg2

from everheard.database import embedded
from everheard.database.embedded.account import settle_account, settle_folder
from everheard.database.embedded.cluster import Cluster
from everheard.database.embedded.folder import find_layout

PROJECT_DIR = Path(__file__).resolve().parent.parent
DEBIAN_BIN = Path("/usr/lib/postgresql/15/bin")
POOLER = shutil.which("pgbouncer", path="/usr/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/bin")
CONTAINER_IMAGE = "postgres:17"
#: What a crash would lose does not matter here; what it costs to be safe does.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True)
class Server:
    """A running server. ``url`` leads to a database from which others are made.

    ``read_log`` returns what the server wrote since it started; a test that
    counts statements sets ``log_statement`` for its own session or database.
    """

    name: str
    url: str = field(repr=False)
    read_log: Callable[[], str] = field(repr=False)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1), repr=False)

    def execute(self, statement: str) -> None:
        """Run one statement outside any transaction."""
        with closing(psycopg2.connect(self.url)) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement)

    def locate(self, database: str) -> str:
        """Return the address of another database of this server."""
        return urlunsplit(urlsplit(self.url)._replace(path=f"/{database}"))

    @cached_property
    def template(self) -> str:
        """The name of a database migrated to the newest schema, made on first use."""
        self.execute("create database everheard_template")
        environ = {**os.environ, "DATABASE_URL": self.locate("everheard_template")}
        upgrade = [sys.executable, "-m", "migrate", "upgrade"]
        done = subprocess.run(upgrade, cwd=PROJECT_DIR, env=environ, capture_output=True, text=True)
        assert done.returncode == 0, f"migrate upgrade: {done.stdout}{done.stderr}"
        return "everheard_template"

    @contextmanager
    def lend_database(self, template: str | None = None) -> Iterator[str]:
        """Make a database (empty without a template), lend its address, drop it."""
        name = f"test_{next(self._numbers)}"
        source = template or "template0"
        self.execute(f"create database {name} template {source} strategy file_copy")
        try:
            yield self.locate(name)
        finally:
            self.execute(f"drop database {name} with (force)")


def choose_kind() -> str:
    """Return the kind of server the suite runs on: TEST_POSTGRES, else what is at hand."""
    kind = os.environ.get("TEST_POSTGRES") or (
        "testcontainers" if _has_container_image() else "embedded"
    )
    assert kind in STARTERS, f"TEST_POSTGRES is one of {', '.join(STARTERS)}, not {kind}"
    return kind


def _has_container_image() -> bool:
    """Ask the container engine, if one answers, for the image; nothing is ever pulled unasked."""
    path = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock").removeprefix("unix://")
    if not Path(path).is_socket():
        return False
    with closing(http.client.HTTPConnection("localhost", timeout=2)) as client:
        try:
            client.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            client.sock.connect(path)
            client.request("GET", f"/images/{CONTAINER_IMAGE}/json")
            return client.getresponse().status == 200
        except OSError:
            return False


@contextmanager
def start_embedded(folder: Path) -> Iterator[Server]:
    """Start PostgreSQL 18, exactly as a listener's machine runs it, but for ``FAST``."""
    server = embedded.start(folder)
    layout = find_layout(folder)
    try:
        started = Server("embedded", server.url, layout.log.read_text)
        for name, value in FAST.items():
            started.execute(f"alter system set {name} = {value}")
        started.execute("select pg_reload_conf()")
        yield started
    finally:
        embedded.stop(folder)


@contextmanager
def start_debian(folder: Path) -> Iterator[Server]:
    """Start Debian's PostgreSQL 15, in a folder of ours, as an unprivileged user."""
    assert DEBIAN_BIN.exists(), "PostgreSQL 15 is missing: apt-get install postgresql-15"
    account = settle_account()
    cluster = Cluster(settle_folder(folder, account), DEBIAN_BIN, account)
    _make_debian_cluster(cluster)
    data, log = str(cluster.layout.data_dir), cluster.layout.log
    code, said = cluster.run("pg_ctl", "start", "-w", "-s", "-D", data, "-l", str(log))
    assert code == 0, said + (log.read_text() if log.exists() else "")
    password = (cluster.layout.folder / "password").read_text()
    host = quote(str(cluster.layout.folder), safe="/")
    try:
        yield Server("debian", f"postgresql://everheard:{password}@:5432/postgres?host={host}", log)
    finally:
        cluster.run("pg_ctl", "stop", "-w", "-D", data, "-m", "fast")


def _make_debian_cluster(cluster: Cluster) -> None:
    layout = cluster.layout
    pwfile = layout.folder / "password"
    pwfile.touch(mode=0o600)
    pwfile.write_text(secrets.token_urlsafe(16))
    cluster.account.own(pwfile)
    code, said = cluster.run(
        "initdb",
        f"--pgdata={layout.data_dir}",
        f"--pwfile={pwfile}",
        "--username=everheard",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        "--no-sync",
    )
    assert code == 0, said
    settings = {
        **FAST,
        "listen_addresses": "''",
        "unix_socket_directories": f"'{layout.folder}'",
        "timezone": "'UTC'",
    }
    with (layout.data_dir / "postgresql.conf").open("a") as file:
        file.writelines(f"{name} = {value}\n" for name, value in settings.items())


@contextmanager
def start_container(_: Path) -> Iterator[Server]:
    """Start PostgreSQL from an image, where a container engine answers."""
    from testcontainers.community.postgres import PostgresContainer
    from testcontainers.core.config import testcontainers_config

    testcontainers_config.ryuk_disabled = True  # its sweeper is one more image to pull
    with PostgresContainer(CONTAINER_IMAGE, driver=None) as container:
        yield Server(
            "testcontainers",
            container.get_connection_url(),
            lambda: b"".join(container.get_logs()).decode(),
        )


STARTERS: dict[str, Callable[[Path], object]] = {
    "embedded": start_embedded,
    "debian": start_debian,
    "testcontainers": start_container,
}


@contextmanager
def start_pooler(
    server: Server, folder: Path, *, certificate: Path | None = None
) -> Iterator[Callable[[str], str]]:
    """Run PgBouncer in transaction mode, as strict as Neon's.

    With ``certificate``, a PEM file with its key, it answers to encrypted connections alone.
    Yields a function from an address to the same database's address through it.
    """
    assert POOLER, "PgBouncer is missing: apt-get install pgbouncer"
    account = settle_account()
    folder.mkdir(mode=0o700)
    account.own(folder)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    config = _write_pooler_config(server, folder, port, certificate)
    log = (folder / "output").open("w")
    with (
        log,
        subprocess.Popen(
            [POOLER, config], cwd=folder, stdout=log, stderr=log, **account.options()
        ) as pooler,
    ):
        try:
            _await_port(port, pooler)
            yield lambda url: _through_port(url, port)
        finally:
            pooler.terminate()


def _write_pooler_config(server: Server, folder: Path, port: int, certificate: Path | None) -> Path:
    parts = urlsplit(server.url)
    host = dict(pair.split("=", 1) for pair in parts.query.split("&") if pair).get("host")
    userlist = folder / "userlist.txt"
    userlist.write_text(f'"{parts.username}" "{parts.password}"\n')
    config = folder / "pgbouncer.ini"
    # No ignore_startup_parameters: whoever sends search_path or options= is to be refused.
    config.write_text(
        f"""[databases]
* = host={host or parts.hostname} port={parts.port or 5432}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = {userlist}
pool_mode = transaction
default_pool_size = 5
"""
    )
    ours = [userlist, config]
    if certificate:
        pem = folder / "certificate.pem"
        shutil.copy(certificate, pem)
        with config.open("a") as file:
            file.write(
                f"client_tls_sslmode = require\n"
                f"client_tls_key_file = {pem}\nclient_tls_cert_file = {pem}\n"
            )
        ours.append(pem)
    for path in ours:
        path.chmod(0o600)
        settle_account().own(path)
    return config


def _await_port(port: int, pooler: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        assert pooler.poll() is None, "PgBouncer ended at once"
        with closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise AssertionError("PgBouncer did not answer within 30 s")


def _through_port(url: str, port: int) -> str:
    parts = urlsplit(url)
    place = f"{parts.username}:{parts.password}@127.0.0.1:{port}"
    return urlunsplit(parts._replace(netloc=place, query=""))


def stop_leftovers(folder: Path) -> None:
    """End every process that a test left behind in ``folder``, then remove the folder."""
    import psutil

    left = [process for process in psutil.process_iter() if _mentions(process, folder)]
    for process in left:
        process.kill()
    psutil.wait_procs(left, timeout=10)
    shutil.rmtree(folder, ignore_errors=True)


def _mentions(process: object, folder: Path) -> bool:
    import psutil

    assert isinstance(process, psutil.Process)
    try:
        return process.pid != os.getpid() and any(str(folder) in word for word in process.cmdline())
    except psutil.Error:
        return False
