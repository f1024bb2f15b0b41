"""What every test gets: an environment of its own, and a real PostgreSQL when it asks."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg2.extensions
import pytest
from playwright.sync_api import Browser, sync_playwright

from everheard import config as settings
from everheard.database import embedded
from everheard.places import is_root
from everheard.rims import secrets as known_secrets
from tests.debian import may_make_debian
from tests.long_form import is_left_to_it, is_long, register_profiles
from tests.pi.machine import may_start
from tests.postgres import (
    DEBIAN_BIN,
    POOLER,
    STARTERS,
    Server,
    choose_kind,
    start_pooler,
    stop_leftovers,
)

#: Debian's; the tests of pages drive it.
CHROMIUM = Path("/usr/bin/chromium")
#: Debian's too; the tests of api/ stand behind them.
PROXIES = ("nginx", "apache2", "caddy")
IN_CI = os.environ.get("CI", "").lower() not in {"", "0", "false"}
#: Linux in CI has all that the suite can use; macOS and Windows have no Debian packages.
MUST_HAVE_ALL = IN_CI and sys.platform == "linux"
HAS_DEBIAN = DEBIAN_BIN.exists()
#: Every variable the settings know, so that a new one is never forgotten here.
OUR_VARIABLES = set(
    re.findall(r'"([A-Z][A-Z_]{4,})"', Path(settings.__file__).read_text(encoding="utf-8"))
)
register_profiles()


@pytest.fixture(scope="session")
def scratch() -> Iterator[Path]:
    """Lend a short folder that servers of any user can enter; it goes at the end, and they too."""
    folder = Path(tempfile.mkdtemp(prefix="everheard-test-")).resolve()
    folder.chmod(0o711)
    yield folder
    stop_leftovers(folder)


@pytest.fixture(scope="session", autouse=True)
def session_environment(scratch: Path) -> Iterator[None]:
    """Hide the developer's settings: empty beats .env, in this process and in any it starts."""
    with pytest.MonkeyPatch.context() as patch:
        for name in OUR_VARIABLES:
            patch.setenv(name, "")
        for name in [name for name in os.environ if name.startswith("PG")]:
            patch.delenv(name)
        patch.setenv("EVERHEARD_HOME", str(scratch / "home"))
        patch.setitem(settings.read_settings.__kwdefaults__, "env_file", scratch / "no.env")
        yield


@pytest.fixture(autouse=True)
def own_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget at the end what a test has called a secret: another's words may hold it."""
    monkeypatch.setattr(known_secrets, "_patterns", dict(known_secrets._patterns))


@pytest.fixture(autouse=True)
def own_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give what needs a loop one in a thread: a browser leaves its own running in this one."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return
    run = asyncio.run

    def run_beside(main: Any, **how: Any) -> Any:
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(run, main, **how).result()

    monkeypatch.setattr(asyncio, "run", run_beside)


@pytest.fixture
def home(scratch: Path) -> Iterator[Path]:
    """Lend a new folder for an EVERHEARD_HOME; a server started in it is stopped at the end."""
    folder = Path(tempfile.mkdtemp(prefix="home-", dir=scratch))
    folder.chmod(0o711)
    yield folder
    embedded.stop(folder)


@pytest.fixture(scope="session")
def start_server(scratch: Path) -> Iterator[Callable[[str], Server]]:
    """Start servers by kind ("embedded", "debian", "testcontainers"), each once a session."""
    servers: dict[str, Server] = {}
    with ExitStack() as stack:

        def start(kind: str) -> Server:
            if kind not in servers:
                servers[kind] = stack.enter_context(STARTERS[kind](scratch / kind))
            return servers[kind]

        yield start


@pytest.fixture(scope="session")
def postgres_server(start_server: Callable[[str], Server]) -> Server:
    """Start the server of this run, chosen by TEST_POSTGRES."""
    return start_server(choose_kind())


@pytest.fixture(scope="session")
def template_database(postgres_server: Server) -> str:
    """Name a database at the newest schema, made once by ``python -m migrate upgrade``."""
    return postgres_server.template


@pytest.fixture
def database_url(postgres_server: Server, template_database: str) -> Iterator[str]:
    """Lend a database of the test's own, at the newest schema; yield its address."""
    with postgres_server.lend_database(template_database) as url:
        yield url


@pytest.fixture
def empty_database_url(postgres_server: Server) -> Iterator[str]:
    """Lend a database of the test's own with nothing in it; yield its address."""
    with postgres_server.lend_database() as url:
        yield url


@pytest.fixture
def connection(database_url: str) -> Iterator[psycopg2.extensions.connection]:
    """Open an autocommit connection to ``database_url``, to prepare and to look."""
    opened = psycopg2.connect(database_url)
    opened.autocommit = True
    yield opened
    opened.close()


@pytest.fixture(params=["embedded", "debian"] if HAS_DEBIAN or MUST_HAVE_ALL else ["embedded"])
def each_postgres(request: pytest.FixtureRequest, start_server: Callable[[str], Server]) -> Server:
    """Start PostgreSQL 18 and 15 in turn; 15 is left out where it is missing, never in CI."""
    return start_server(request.param)


@pytest.fixture
def each_postgres_url(each_postgres: Server) -> Iterator[str]:
    """Do as ``database_url`` does, on PostgreSQL 18 and on 15."""
    with each_postgres.lend_database(each_postgres.template) as url:
        yield url


@pytest.fixture
def each_empty_postgres_url(each_postgres: Server) -> Iterator[str]:
    """Do as ``empty_database_url`` does, on PostgreSQL 18 and on 15."""
    with each_postgres.lend_database() as url:
        yield url


@pytest.fixture(scope="session")
def pgbouncer(postgres_server: Server, scratch: Path) -> Iterator[Callable[[str], str]]:
    """Run PgBouncer in transaction mode; call it with an address for the one through it."""
    with start_pooler(postgres_server, scratch / "pgbouncer") as through_pooler:
        yield through_pooler


@pytest.fixture
def pooled_url(pgbouncer: Callable[[str], str], database_url: str) -> str:
    """Return the way to ``database_url`` through the pooler."""
    return pgbouncer(database_url)


@pytest.fixture
def second_user() -> dict[str, Any]:
    """Lend somebody else: what ``subprocess`` needs to become an ordinary user, as root only."""
    import pwd  # not on Windows

    entry = pwd.getpwnam("nobody")
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


@pytest.fixture(scope="session")
def systemd() -> None:
    """Ask for systemd's tools, which need no running systemd."""
    assert shutil.which("systemd-analyze"), "systemd is missing: apt-get install systemd"


@pytest.fixture(scope="session")
def systemd_machine() -> None:
    """Ask for what starts a small machine with a systemd of its own."""
    assert shutil.which("systemd-nspawn"), (
        "systemd-nspawn is missing: apt-get install systemd-container"
    )


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start Debian's Chromium once, with the right clock: it hangs with libfaketime's.

    No page asks what time it is.
    """
    environ = {name: value for name, value in os.environ.items() if name != "LD_PRELOAD"}
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox"], env=environ
        )
        yield started
        started.close()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what this system cannot run, nothing in CI on Linux, and what the long form has."""
    out = {item for item in items if _lacks_what_it_needs(item) or is_left_to_it(item)}
    if out:
        config.hook.pytest_deselected(items=list(out))
        items[:] = [item for item in items if item not in out]


def find_program(name: str) -> str | None:
    """Return where a program is; Debian keeps servers where not everybody looks."""
    own = Path(sys.executable).parent  # npm, which .ci/full puts there
    return shutil.which(name, path=f"{own}:{os.environ.get('PATH', '')}:/usr/sbin")


def _lacks_what_it_needs(item: pytest.Item) -> bool:
    if sys.platform == "win32" and item.get_closest_marker("posix"):
        return True
    needed = getattr(item, "fixturenames", ())
    if "second_user" in needed and not is_root():
        return True
    if "systemd_machine" in needed and not may_start():  # an unprivileged container, say
        return True
    if "debian_root" in needed and not may_make_debian():  # the long form's, and not everywhere
        return True
    if "built_page" in needed and not is_long():  # npm's packages come from elsewhere
        return True
    lacks_pooler = "pgbouncer" in needed and POOLER is None
    lacks_browser = "browser" in needed and not CHROMIUM.exists()
    lacks_systemd = "systemd" in needed and shutil.which("systemd-analyze") is None
    lacks_machine = "systemd_machine" in needed and shutil.which("systemd-nspawn") is None
    lacks_proxy = "proxied" in needed and not all(map(find_program, PROXIES))
    lacks_npm = "built_page" in needed and not find_program("npm")
    lacks_some = lacks_pooler or lacks_browser or lacks_systemd or lacks_machine or lacks_proxy
    return (lacks_some or lacks_npm) and not MUST_HAVE_ALL


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Count a skipped test as failed in CI: nothing there may be missing."""
    report = yield
    _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Count a skipped module as failed in CI."""
    report = yield
    _refuse_skip(report)
    return report


def _refuse_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    if IN_CI and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"a skipped test is a failure in CI: {report.longrepr}"
