"""The pages in a real browser: every period, every page, both themes, three widths."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.dashboard.histories import HISTORIES

PAGES = (
    "index.html",
    "artists.html",
    "records.html",
    "discovery.html",
    "coverage.html",
    "2026.html",
)
PERIODS = ("7-days", "30-days", "90-days", "365-days", "2025", "2026", "all-time")
YEAR = "one year with gaps"
Visit = Callable[..., Page]


@pytest.mark.product
@pytest.mark.parametrize("width", [820, 390, 1280])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("data", HISTORIES)
def test_page_fits_its_screen_without_a_complaint(
    visit: Visit, data: str, theme: str, width: int
) -> None:
    for file in PAGES if data == YEAR else ["index.html"]:
        page = visit(data, file, width, color_scheme=theme)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.product
@pytest.mark.parametrize("file", PAGES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_page_is_accessible(visit: Visit, file: str, theme: str) -> None:
    page = visit(YEAR, file, 1280, color_scheme=theme, bypass_csp=True)
    found = Axe().run(page, options={"preload": False}).response["violations"]
    assert [(one["id"], [node["html"][:120] for node in one["nodes"]]) for one in found] == []


@pytest.mark.parametrize("data", ["day 0", "week 1", YEAR])
def test_page_is_accessible_on_a_phone(visit: Visit, data: str) -> None:
    page = visit(data, width=390, bypass_csp=True)
    found = Axe().run(page, options={"preload": False}).response["violations"]
    assert [one["id"] for one in found] == []


@pytest.mark.product
@pytest.mark.parametrize("period", PERIODS)
def test_period_is_switched_without_a_reload(visit: Visit, period: str) -> None:
    page = visit(YEAR)
    page.evaluate("window.stayed = true")
    page.click(f'.periods a[href="#{period}"]')
    assert page.evaluate("window.stayed")
    assert page.locator(".panel:visible").get_attribute("id") == period
    assert page.locator('.periods a[aria-current="true"]').count() == 1
    assert page.locator(f"[id='{period}'] .total").is_visible()


def test_period_is_switched_by_keyboard_and_back_again(visit: Visit) -> None:
    page = visit(YEAR)
    page.focus('.periods a[href="#30-days"]')
    page.keyboard.press("Enter")
    assert page.locator(".panel:visible").get_attribute("id") == "30-days"
    page.go_back()
    assert page.locator(".panel:visible").get_attribute("id") == "2026"


def test_period_goes_along_to_the_next_page(visit: Visit) -> None:
    page = visit(YEAR, "index.html#90-days")
    page.click('nav.pages a:has-text("Artists")')
    page.wait_for_url("**/artists.html#90-days")
    assert page.locator(".panel:visible").get_attribute("id") == "90-days"


@pytest.mark.parametrize(("anchor", "shown"), [("", "2026"), ("#2025", "2025")])
def test_page_reads_without_any_script(visit: Visit, anchor: str, shown: str) -> None:
    page = visit(YEAR, f"index.html{anchor}", java_script_enabled=False)
    panels = page.locator(".panel")
    visible = [panel.get_attribute("id") for panel in panels.all() if panel.is_visible()]
    assert visible == [shown]


@pytest.mark.parametrize(
    ("typed", "found"),
    [("koyo ens", "Kōyō Ensemble"), ("oland", "Öland"), ("<angle", "<Angle> Brackets")],
)
def test_search_finds_names_as_people_type_them(visit: Visit, typed: str, found: str) -> None:
    page = visit(YEAR)
    page.fill("#search", typed)
    page.wait_for_selector("#found table")
    assert found in page.inner_text("#found tbody tr:first-child th")
    page.press("#search", "Escape")
    assert not page.is_visible("#found")


@pytest.mark.parametrize(
    ("typed", "under", "link"),
    [
        ("marlow pines", "artist", "https://open.spotify.com/artist/" + "0" * 22),
        ("slow water marlow", "Marlow Pines", "https://open.spotify.com/track/" + "0" * 22),
    ],
)
def test_what_is_found_leads_to_spotify(visit: Visit, typed: str, under: str, link: str) -> None:
    page = visit(YEAR)
    page.fill("#search", typed)
    page.wait_for_selector("#found table")
    row = page.locator("#found tbody tr").filter(has_text=under).first
    assert row.locator("a").get_attribute("href") == link
    assert row.locator("small").inner_text() == under


def test_search_says_when_there_is_nothing(visit: Visit) -> None:
    page = visit(YEAR)
    page.fill("#search", "zzzz")
    page.wait_for_selector("#found >> text=Nothing by that name.")


@pytest.mark.parametrize(("width", "css"), [(1280, "wide"), (390, "upright")])
def test_every_day_of_the_calendar_has_its_name_and_time(
    visit: Visit, width: int, css: str
) -> None:
    page = visit(YEAR, width=width)
    titles = page.locator(f"#\\32 026 svg.days.{css} title").all_text_contents()
    assert len(titles) == 324
    assert titles[0].startswith("Thu, 1 Jan: ") or titles[0].startswith("Thu 1 Jan: ")
    assert sum("at least" in title for title in titles) == 4
    assert page.locator("#\\32 026 svg.days:visible").count() == 1


@pytest.mark.parametrize(("width", "css"), [(1280, "wide"), (390, "upright")])
def test_name_of_a_day_lies_over_its_mark(visit: Visit, width: int, css: str) -> None:
    """The calendar's marks come from Python and their names from the script: same places."""
    page = visit(YEAR, width=width)
    foot = page.locator(f"#\\32 026 svg.days.{css} path.g").bounding_box()
    named = page.locator(f"#\\32 026 svg.days.{css} rect", has_text="at least").all()
    first, last = named[0].bounding_box(), named[-1].bounding_box()
    assert foot is not None
    assert first is not None
    assert last is not None
    for side, size in (("x", "width"), ("y", "height")):
        assert first[side] - 1 <= foot[side] <= first[side] + first[size]
        assert last[side] <= foot[side] + foot[size] <= last[side] + last[size] + 1


def test_every_hour_of_the_week_has_its_name_over_its_dot(visit: Visit) -> None:
    page = visit(YEAR)
    hours = page.locator("#\\32 026 svg.clock.wide circle")
    titles = hours.locator("title").all_text_contents()
    ways = page.locator("#\\32 026 svg.clock.wide path[stroke-width]").evaluate_all(
        "ways => ways.map(way => way.getAttribute('d')).join('')"
    )
    dots = {tuple(map(int, dot)) for dot in re.findall(r"M(\d+) (\d+)h0", ways)}
    places = hours.evaluate_all(
        "all => all.map(one => [one.cx.baseVal.value, one.cy.baseVal.value])"
    )
    assert titles[0].startswith("Monday 07:00, ")
    assert len(titles) == len(dots)
    assert {tuple(map(int, place)) for place in places} == dots


def test_theme_is_switched_and_kept(visit: Visit) -> None:
    page = visit(YEAR, color_scheme="light")
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.click("#theme")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != before
    page.reload()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != before


def test_print_is_light_and_shows_no_controls(visit: Visit) -> None:
    page = visit(YEAR, color_scheme="dark")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 703, "height": 1000})  # A4 within margins
    assert page.evaluate("document.documentElement.scrollWidth") <= 703
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert not page.is_visible("nav.periods")
    assert page.locator("#\\32 026 .total").is_visible()


def test_type_in_drawings_stays_readable_on_a_phone(visit: Visit) -> None:
    page = visit(YEAR, width=390)
    sizes = page.evaluate(
        "[...document.querySelectorAll('.panel.on svg text')]"
        ".filter(text => text.checkVisibility()).map(text =>"
        " 13 * text.ownerSVGElement.getBoundingClientRect().width"
        " / text.ownerSVGElement.viewBox.baseVal.width)"
    )
    assert min(sizes) >= 11


@pytest.mark.product
@pytest.mark.parametrize("period", PERIODS)
def test_hollow_bars_stay_hollow_on_a_phone(visit: Visit, period: str) -> None:
    """An outline of 1.5 pixels on either side must leave something to see between them."""
    page = visit(YEAR, f"index.html#{period}", width=360)
    bars = page.locator(".panel.on .bars rect.e:not(.thin)")
    widths = bars.evaluate_all("all => all.map(one => one.getBBox().width)")
    assert min(widths, default=9) > 3


def test_font_of_the_page_is_its_own(visit: Visit) -> None:
    page = visit(YEAR)
    assert page.evaluate("document.fonts.ready.then(() => document.fonts.check('16px Archivo'))")


def test_statement_draws_its_picture(visit: Visit) -> None:
    page = visit(YEAR, "2026.html")
    page.locator("img.picture").scroll_into_view_if_needed()
    picture = page.locator("img.picture")
    assert (
        picture.evaluate("async (picture) => (await picture.decode(), picture.naturalWidth)")
        == 1080
    )


def test_script_smuggled_in_by_a_name_is_not_run(
    browser: Browser, written: Callable[[str], Path]
) -> None:
    """The policy refuses what is not a file of the page's own."""
    page = browser.new_page()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    page.goto((written(YEAR) / "index.html").as_uri())
    page.evaluate(
        "document.body.append(Object.assign(document.createElement('script'),"
        " {textContent: 'window.smuggled = true'}))"
    )
    assert not page.evaluate("window.smuggled")
    assert any("Content Security Policy" in text for text in refused)
    page.close()
