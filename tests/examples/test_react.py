"""examples/react, built as its README says, in a real browser against the real stream.

In the long form alone: its packages come from npm. `.ci/full` brings the Node that Vite needs.
"""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from psycopg2.extensions import connection as Connection

from everheard.config import read_settings
from everheard.ledger.operations.tokens import insert_token
from tests.everheard.watcher.conftest import HOUSEHOLD
from tests.everheard.watcher.served import Streaming, make_state
from tests.repository.project import PROJECT_DIR, read

EXAMPLE = PROJECT_DIR / "examples/react"
BIN = Path(sys.executable).parent
pytestmark = pytest.mark.posix


def test_versions_are_pinned_and_locked() -> None:
    package = json.loads(read("examples/react/package.json"))
    asked = package["dependencies"] | package["devDependencies"]
    assert all(version[0].isdigit() for version in asked.values())
    locked = json.loads(read("examples/react/package-lock.json"))["packages"]
    assert locked[""]["dependencies"] | locked[""]["devDependencies"] == asked
    others = {name: one for name, one in locked.items() if name}
    assert all(one["integrity"].startswith("sha512-") for one in others.values())
    assert "resolved" not in read("examples/react/package-lock.json")


def test_page_says_how_react_is_told_of_the_element() -> None:
    page = read("docs/now-playing.md")
    assert "<now-playing src=" in page
    assert read("examples/react/package.json").count('"react": "19.') == 1


@pytest.fixture(scope="module")
def built_page(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Build the page for a stream, as its README says, in a copy; return the folder."""
    copy = tmp_path_factory.mktemp("react")
    script = Path("dashboard/static/now-playing.js")
    left = shutil.ignore_patterns("node_modules", "dist")
    shutil.copytree(EXAMPLE, copy / "examples/react", ignore=left)
    (copy / script).parent.mkdir(parents=True)
    shutil.copyfile(PROJECT_DIR / script, copy / script)
    folder = copy / "examples/react"

    def type_in(*words: str, **more: str) -> None:
        environ = {**os.environ, **more, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
        done = subprocess.run(words, cwd=folder, env=environ, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr

    def make(stream: str) -> Path:
        if not (folder / "node_modules").exists():
            type_in("npm", "ci")
        type_in("npm", "run", "build", VITE_STREAM=stream)
        return folder / "dist"

    return make


@pytest.fixture
def visit(
    browser: Browser, built_page: Callable[[str], Path]
) -> Iterator[Callable[[Streaming], Page]]:
    """Open the built page of a stream; whatever it complains of fails the test."""
    servers, pages, troubles = [], [], []

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Say nothing."""

    def open_page(streaming: Streaming) -> Page:
        folder = built_page(f"{streaming.url}/now-playing/stream")
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder))
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        page = browser.new_page()
        pages.append(page)
        page.route("https://i.scdn.co/**", lambda route: route.fulfill(body=b"", status=200))
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda said: troubles.append(said.text) if "401" not in said.text else 0)
        page.goto(f"http://localhost:{server.server_port}/")
        return page

    yield open_page
    for page in pages:
        page.close()
    for server in servers:
        server.shutdown()
        server.server_close()
    assert troubles == []


def test_page_shows_what_plays_and_each_change(visit: Callable[[Streaming], Page]) -> None:
    settings = read_settings(needs_spotify=False)
    streaming = Streaming(dataclasses.replace(settings, now_playing="public")).start()
    try:
        streaming.publish(make_state("<b>First</b>"))
        page = visit(streaming)
        expect(page.locator("now-playing .title")).to_have_text("<b>First</b>")
        streaming.publish(make_state("Second"))
        expect(page.locator("now-playing .title")).to_have_text("Second")
        expect(page.locator("ol li")).to_have_text(["Second", "<b>First</b>"])
    finally:
        streaming.stop()


def test_page_takes_a_token_and_keeps_it_to_itself(
    visit: Callable[[Streaming], Page], connection: Connection, database_url: str
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(HOUSEHOLD)
    token = insert_token(
        connection, name="page", listener="Ana", may_rate=False, may_read_all=False
    )
    settings = read_settings(needs_spotify=False)
    given = dataclasses.replace(settings, now_playing="token", database_url=database_url)
    streaming = Streaming(given).start()
    try:
        streaming.publish(make_state("For Ana"))
        page = visit(streaming)
        expect(page.get_by_text("What I listen to, at Spotify")).to_be_visible()
        page.get_by_label("Token").fill(token)
        page.get_by_role("button").click()
        expect(page.locator("now-playing .title")).to_have_text("For Ana")
        assert token not in page.content()
        assert token not in page.url
    finally:
        streaming.stop()
