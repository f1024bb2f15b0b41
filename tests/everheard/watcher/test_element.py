"""The element <now-playing> in a real browser: a page of another site, the real stream."""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, expect

from tests.everheard.watcher.served import (
    COVER,
    TRACK,
    Streaming,
    make_idle,
    make_state,
)

HOSTILE = "<img src=x onerror=\"document.title='broken'\"><b>Bold</b> \u202e &amp; "
#: One pixel; the pictures themselves are at Spotify, which tests never ask.
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A page</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src {origin};
 style-src 'none'; connect-src {origin} 'self'; img-src https://i.scdn.co">
<script type="module" src="{origin}/now-playing.js"></script></head><body><main><h1>Me</h1>
<now-playing src="{origin}/now-playing/stream" {more}>
<a href="https://open.spotify.com/user/ana">What I listen to</a></now-playing></main></body></html>
"""
Visit = Callable[..., Page]


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder, and answers each POST with the file of that name."""

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """Serve a folder as a site of its own; yield its address and the folder."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=tmp_path)) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://localhost:{server.server_port}", tmp_path
        server.shutdown()
        thread.join(timeout=10)


@pytest.fixture
def visit(browser: Browser, site: tuple[str, Path]) -> Iterator[Visit]:
    """Open a page with the element; an error, or a question to a stranger, fails the test."""
    address, folder = site
    contexts, troubles = [], []

    def answer_picture(route: Route) -> None:
        route.fulfill(body=PIXEL, content_type="image/png")

    def open_page(stream: Streaming, more: str = "", **options: object) -> Page:
        (folder / "index.html").write_text(PAGE.format(origin=stream.url, more=more))
        context = browser.new_context(**options)
        contexts.append(context)
        context.route("https://i.scdn.co/**", answer_picture)
        page = context.new_page()
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda said: note(said.text))
        page.on("request", lambda asked: note_stranger(asked.url, stream.url))
        page.goto(f"{address}/index.html")
        return page

    def note(said: str) -> None:
        if not said.startswith("Failed to load resource"):  # a server that is away, on purpose
            troubles.append(said)

    def note_stranger(url: str, stream_url: str) -> None:
        if not url.startswith((address, stream_url, "https://i.scdn.co/", "data:")):
            troubles.append(f"asked for {url}")

    yield open_page
    for context in contexts:
        context.close()
    assert troubles == []


def part(page: Page, name: str) -> object:
    return page.locator(f"now-playing .{name}")


def test_what_plays_is_shown_with_its_cover_and_the_way_to_spotify(
    stream: Streaming, visit: Visit
) -> None:
    stream.publish(make_state("A song"))
    page = visit(stream)
    expect(part(page, "title")).to_have_text("A song")
    expect(part(page, "artists")).to_have_text("Band, Guest")
    expect(part(page, "cover")).to_have_attribute("src", COVER)
    expect(part(page, "cover")).to_be_visible()
    expect(part(page, "source")).to_have_text("Listen on Spotify")
    for link in ("title-link", "cover-link", "source-link"):
        way = part(page, link).get_attribute("href")
        assert way == f"https://open.spotify.com/track/{TRACK}"
    expect(page.get_by_text("What I listen to")).to_be_hidden()


def test_changes_are_shown_without_a_reload(stream: Streaming, visit: Visit) -> None:
    stream.publish(make_state("First"))
    page = visit(stream)
    expect(part(page, "title")).to_have_text("First")
    page.evaluate("window.stayed = true")
    stream.publish(make_state("Second"))
    expect(part(page, "title")).to_have_text("Second")
    stream.publish(make_state("Second", is_playing=False))
    expect(part(page, "said")).to_have_text("Paused")
    assert page.evaluate("window.stayed")


def test_progress_runs_between_events_and_ends_with_the_track(
    stream: Streaming, visit: Visit
) -> None:
    state = make_state(progress_ms=197_300)
    stream.publish(state)
    page = visit(stream)
    expect(part(page, "time")).to_have_text("3:18 of 3:20")
    expect(part(page, "time")).to_have_text("3:20 of 3:20")
    wide = "node => node.getBoundingClientRect().width"
    assert part(page, "filled").evaluate(wide) == part(page, "track").evaluate(wide)
    assert part(page, "track").get_attribute("aria-valuemax") == "200"


def test_progress_moves_without_a_script_on_every_frame(stream: Streaming, visit: Visit) -> None:
    """The compositor moves the bar; the script writes the time, once a second."""
    stream.publish(make_state())
    page = visit(stream)
    expect(part(page, "time")).to_contain_text("1:0")
    changes = page.evaluate(
        """async () => {
            let count = 0;
            const root = document.querySelector("now-playing").shadowRoot;
            const watcher = new MutationObserver((all) => { count += all.length; });
            watcher.observe(root, {subtree: true, childList: true, attributes: true,
              characterData: true});
            await new Promise((done) => setTimeout(done, 2000));
            return count;
        }"""
    )
    assert 1 <= changes <= 4
    assert part(page, "filled").evaluate("node => node.getAnimations().length") == 1


def test_reduced_motion_moves_nothing_by_itself(stream: Streaming, visit: Visit) -> None:
    stream.publish(make_state())
    page = visit(stream, reduced_motion="reduce")
    expect(part(page, "time")).to_contain_text("1:0")
    assert part(page, "filled").evaluate("node => node.getAnimations().length") == 0
    assert "scaleX(0.3" in part(page, "filled").get_attribute("style")


def test_wrong_clock_of_the_visitor_changes_nothing(stream: Streaming, visit: Visit) -> None:
    stream.publish(make_state(duration_ms=200_000))
    page = visit(stream)
    expect(part(page, "time")).to_contain_text("1:0")
    page.clock.install(time="2031-01-01T00:00:00Z")
    page.reload()
    expect(part(page, "time")).to_contain_text("1:0")


def test_last_played_is_shown_while_nothing_plays(stream: Streaming, visit: Visit) -> None:
    stream.publish(make_idle(name="Yesterday's"))
    page = visit(stream)
    expect(part(page, "said")).to_contain_text("Last played, ")
    expect(part(page, "title")).to_have_text("Yesterday's")
    expect(part(page, "progress")).to_be_hidden()


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("ad", "An advertisement plays."),
        ("unknown", "Something plays that Spotify does not name."),
        ("nothing", "Nothing plays just now."),
    ],
)
def test_what_has_no_name_is_said(stream: Streaming, visit: Visit, kind: str, said: str) -> None:
    stream.publish(make_state(kind=kind, item=None, is_playing=kind != "nothing"))
    page = visit(stream)
    expect(part(page, "said")).to_have_text(said)
    expect(part(page, "title")).to_be_hidden()
    expect(part(page, "cover")).to_be_hidden()
    expect(part(page, "source")).to_be_visible()


def test_local_file_is_shown_without_link_and_cover(stream: Streaming, visit: Visit) -> None:
    item = {**make_state("Demo tape")["item"], "uri": "spotify:local:a", "url": None}
    stream.publish(make_state(kind="local", item={**item, "image_url": None}))
    page = visit(stream)
    expect(part(page, "title")).to_have_text("Demo tape")
    assert part(page, "title-link").get_attribute("href") is None
    expect(part(page, "cover")).to_be_hidden()
    expect(part(page, "source")).to_have_text("From Spotify")


@pytest.mark.parametrize(
    "url",
    [
        "javascript:document.title='broken'",
        "https://open.spotify.com.other.example/track/1",
        "http://open.spotify.com/track/1",
        "https://open.spotify.com@other.example/track/1",
        "data:text/html,broken",
    ],
)
def test_hostile_names_are_text_and_hostile_links_nothing(
    stream: Streaming, visit: Visit, url: str
) -> None:
    image_url = "https://i.scdn.co.other.example/image/1"
    item = {**make_state(HOSTILE)["item"], "url": url, "artists": [HOSTILE, "B"]}
    stream.publish(make_state(item={**item, "image_url": image_url}, listener=HOSTILE))
    page = visit(stream)
    assert part(page, "title-link").evaluate("node => node.childElementCount") == 0
    expect(part(page, "title")).to_contain_text("<b>Bold</b>")
    expect(part(page, "artists")).to_contain_text("onerror=")
    assert part(page, "title-link").get_attribute("href") is None
    assert part(page, "cover").get_attribute("src") is None
    assert page.title() == "A page"


def test_cover_that_cannot_be_had_is_left_out(stream: Streaming, visit: Visit) -> None:
    stream.publish(make_state("Song"))
    page = visit(stream)
    expect(part(page, "cover")).to_be_visible()
    page.context.route("https://i.scdn.co/image/gone", lambda route: route.abort())
    item = {**make_state("Next")["item"], "image_url": "https://i.scdn.co/image/gone"}
    stream.publish(make_state(item=item))
    expect(part(page, "title")).to_have_text("Next")
    expect(part(page, "cover")).to_be_hidden()


def test_without_scripts_the_link_is_seen(stream: Streaming, visit: Visit) -> None:
    page = visit(stream, java_script_enabled=False)
    expect(page.get_by_text("What I listen to")).to_be_visible()


def test_link_is_seen_until_something_is_known(stream: Streaming, visit: Visit) -> None:
    page = visit(stream)
    page.wait_for_function("Boolean(customElements.get('now-playing'))")
    expect(page.get_by_text("What I listen to")).to_be_visible()
    stream.publish(make_state("Song"))
    expect(part(page, "title")).to_have_text("Song")
    expect(page.get_by_text("What I listen to")).to_be_hidden()


def test_listener_is_chosen_by_name_else_who_plays(stream: Streaming, visit: Visit) -> None:
    stream.publish(make_state("Ana's"))
    stream.publish(make_idle("Bob", "Bob's"))
    page = visit(stream)
    expect(part(page, "title")).to_have_text("Ana's")
    page.evaluate("document.querySelector('now-playing').setAttribute('listener', 'Bob')")
    expect(part(page, "title")).to_have_text("Bob's")


def test_server_that_starts_anew_is_found_again(
    stream: Streaming, start_stream: Callable[..., Streaming], visit: Visit
) -> None:
    stream.publish(make_state("Before"))
    page = visit(stream)
    expect(part(page, "title")).to_have_text("Before")
    stream.stop()
    page.wait_for_timeout(500)
    expect(part(page, "title")).to_have_text("Before")
    again = start_stream(port=stream.port)
    again.publish(make_state("After"))
    expect(part(page, "title")).to_have_text("After", timeout=15_000)


def test_stream_that_breaks_off_goes_on_where_it_was(
    stream: Streaming, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream.publish(make_state("First"))
    page = visit(stream)
    expect(part(page, "title")).to_have_text("First")
    page.evaluate(
        """() => { window.told = [];
        document.querySelector("now-playing").addEventListener("statechange",
          (event) => window.told.push(event.detail.item.name)); }"""
    )
    stream.hang_up()
    for name in ("Second", "Third"):
        stream.publish(make_state(name))
    expect(part(page, "title")).to_have_text("Third", timeout=10_000)
    assert page.evaluate("window.told") == ["Second", "Third"]


def test_token_is_asked_of_the_own_site_and_sent_in_a_header(
    guarded: Streaming,
    visit: Visit,
    site: tuple[str, Path],
    make_token: Callable[..., dict[str, str]],
) -> None:
    guarded.publish(make_state("For Ana"))
    guarded.publish(make_state("For Bob", listener="Bob"))
    (site[1] / "pass.txt").write_text(make_token("Bob")["Authorization"].split()[1] + "\n")
    page = visit(guarded, 'token-from="pass.txt"')
    expect(part(page, "title")).to_have_text("For Bob")


def test_token_can_be_given_by_a_script_and_without_one_nothing_is_shown(
    guarded: Streaming, visit: Visit, make_token: Callable[..., dict[str, str]]
) -> None:
    guarded.publish(make_state("For Ana"))
    page = visit(guarded)
    page.wait_for_function("Boolean(customElements.get('now-playing'))")
    page.wait_for_timeout(300)
    expect(page.get_by_text("What I listen to")).to_be_visible()
    token = make_token("Ana")["Authorization"].split()[1]
    page.evaluate("token => { document.querySelector('now-playing').token = token; }", token)
    expect(part(page, "title")).to_have_text("For Ana")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_element_is_accessible_and_speaks_politely(
    stream: Streaming, visit: Visit, scheme: str
) -> None:
    stream.publish(make_state("A song"))
    page = visit(stream, color_scheme=scheme, bypass_csp=True)
    expect(part(page, "title")).to_have_text("A song")
    expect(page.get_by_role("group", name="Now playing")).to_be_visible()
    expect(page.get_by_role("progressbar", name="Progress")).to_have_count(1)
    assert part(page, "told").get_attribute("aria-live") == "polite"
    found = Axe().run(page, options={"preload": False}).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:150]) for one in found] == []


def test_what_is_read_aloud_is_written_only_where_it_changes(
    stream: Streaming, visit: Visit
) -> None:
    stream.publish(make_state("A song"))
    page = visit(stream)
    expect(part(page, "title")).to_have_text("A song")
    page.evaluate(
        """() => { window.count = 0;
        new MutationObserver((all) => { window.count += all.length; }).observe(
          document.querySelector("now-playing").shadowRoot.querySelector(".told"),
          {subtree: true, childList: true, characterData: true}); }"""
    )
    stream.publish(make_state("A song", progress_ms=90_000))
    expect(part(page, "time")).to_contain_text("1:3")
    assert page.evaluate("window.count") == 0


def test_page_themes_it_by_properties_and_parts(stream: Streaming, visit: Visit) -> None:
    stream.publish(make_state("A song"))
    page = visit(stream, bypass_csp=True)
    page.add_style_tag(
        content="now-playing { --now-playing-accent: rgb(1, 2, 3); --now-playing-cover-size: 40px }"
        " now-playing::part(title) { font-size: 30px }"
    )
    expect(part(page, "filled")).to_have_css("background-color", "rgb(1, 2, 3)")
    expect(part(page, "cover")).to_have_css("width", "40px")
    expect(part(page, "title")).to_have_css("font-size", "30px")


@pytest.mark.parametrize("width", [320, 1280])
def test_long_names_stay_inside(stream: Streaming, visit: Visit, width: int) -> None:
    stream.publish(make_state("x" * 300))
    page = visit(stream, viewport={"width": width, "height": 600})
    expect(part(page, "title")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_element_that_leaves_the_page_ends_its_stream(stream: Streaming, visit: Visit) -> None:
    stream.publish(make_state("A song"))
    page = visit(stream)
    expect(part(page, "title")).to_have_text("A song")
    before = stream.count_connections()
    page.evaluate("window.kept = document.querySelector('now-playing'); window.kept.remove()")
    page.wait_for_timeout(300)
    assert stream.count_connections() < before
    page.evaluate("document.querySelector('main').append(window.kept)")
    stream.publish(make_state("Another"))
    expect(part(page, "title")).to_have_text("Another")
