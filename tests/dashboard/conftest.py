"""A real browser for the pages, and the folders they are written to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from dashboard.build import write_dashboard
from tests.dashboard.histories import HISTORIES


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Write a data's dashboard once; return its folder."""
    folders: dict[str, Path] = {}

    def write(name: str) -> Path:
        if name not in folders:
            folders[name] = tmp_path_factory.mktemp("dashboard")
            write_dashboard(HISTORIES[name](), folders[name])
        return folders[name]

    return write


@pytest.fixture
def visit(browser: Browser, written: Callable[[str], Path]) -> Iterator[Callable[..., Page]]:
    """Open a page of a data; whatever it complains of or asks the network for fails the test."""
    troubles: list[str] = []
    contexts = []

    def open_page(
        data: str, file: str = "index.html", width: int = 1280, **options: object
    ) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: troubles.append(message.text))
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("request", lambda request: note_stranger(request.url))
        name, _, anchor = file.partition("#")
        page.goto((written(data) / name).as_uri() + (f"#{anchor}" if anchor else ""))
        return page

    def note_stranger(url: str) -> None:
        if not url.startswith(("file:", "data:")):
            troubles.append(f"asked for {url}")

    yield open_page
    for context in contexts:
        context.close()
    assert troubles == []
