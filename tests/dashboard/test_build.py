"""What is written: the signs, the words, the size, and what small ledgers leave out."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pytest

from dashboard.build import write_dashboard
from dashboard.years import find_dropped
from everheard.report.data import Discovery, ListenerData, Period, RankedPlace
from everheard.report.totals import Total
from tests.dashboard.histories import HISTORIES, NOW, make_history
from tests.dashboard.names import SPOTIFY
from tests.dashboard.rated import make_ratings

Written = Callable[[str], Path]
YEAR = "one year with gaps"


def read(folder: Path, name: str = "index.html") -> str:
    return (folder / name).read_text(encoding="utf-8")


def find_panel(page: str, anchor: str) -> str:
    return page.split(f'id="{anchor}"')[1].split('class="panel')[0]


@pytest.mark.parametrize(
    ("data", "word", "rule"),
    [
        ("week 1", "About.", "single"),
        ("month 2", "Not fully seen.", "broken"),
        ("ten years closed", "Exact.", "double"),
    ],
)
def test_total_has_its_word_and_its_rule(written: Written, data: str, word: str, rule: str) -> None:
    panel = find_panel(read(written(data)), "all-time")
    assert f">{word}<" in panel
    assert f'class="total {rule}"' in panel


def test_bars_are_filled_hollow_and_red(written: Written) -> None:
    bars = re.search(r'class="bars".*?</div>', find_panel(read(written(YEAR)), "2026"), re.S)
    assert bars is not None
    signs = {css: len(re.findall(f'class="{css}"', bars[0])) for css in ("m", "e", "g")}
    # Measured to the end of June, estimated from then on, two gaps of one night each.
    assert signs == {"m": 26, "e": 22, "g": 2}


def test_coverage_is_filled_until_the_history_ends_then_hollow_and_red(written: Written) -> None:
    drawn = re.search(r'class="rows coverage".*?</div>', read(written(YEAR), "coverage.html"), re.S)
    assert drawn is not None
    assert "2026-01-01 to 2026-06-30: measured" in drawn[0]
    assert "2026-07-01 to 2026-11-20: estimated" in drawn[0]
    assert drawn[0].count("not seen, or not all of it") == 2


@pytest.mark.parametrize("data", HISTORIES)
def test_no_page_draws_with_fewer_than_seven_marks(written: Written, data: str) -> None:
    for path in written(data).glob("*.html"):
        page = path.read_text(encoding="utf-8")
        for drawn in re.findall(
            r'<svg [^>]*class="(?:clock wide|lines)[^"]*".*?</svg>|class="rows strips.*?</div>',
            page,
            re.S,
        ):
            assert len(re.findall(r"<(?:circle|rect) |\dh0", drawn)) >= 7


def test_day_before_the_first_play_says_when_the_next_look_is(written: Written) -> None:
    page = read(written("day 0"))
    assert "No plays yet. Listen to something; the next poll is at about 18:12." in page
    assert "spotify.com/account/privacy" in page
    assert not (written("day 0") / "artists.html").exists()


def test_first_week_has_its_table_and_no_empty_sections(written: Written) -> None:
    page = read(written("week 1"))
    assert "As it came in" in page
    assert "Your past" in page
    assert "Who stayed" not in page
    assert 'class="periods"' not in page


def test_young_ledger_offers_no_period_longer_than_itself(written: Written) -> None:
    anchors = re.findall(r'id="([\w-]+)"', read(written("month 2")))
    assert {"7-days", "30-days", "all-time"} <= set(anchors)
    assert not {"90-days", "365-days", "2026"} & set(anchors)


def test_period_before_is_compared_only_where_it_is_known(written: Written) -> None:
    page = read(written(YEAR))
    assert "the year before" in find_panel(page, "30-days") or "30 days before" in page
    assert "Change against" not in find_panel(page, "all-time")


def test_time_is_compared_with_the_same_days_of_a_running_year_only(tmp_path: Path) -> None:
    write_dashboard(make_history(day_count=1400, measured_until=NOW.date()), tmp_path)
    page = read(tmp_path)
    assert re.search(r"\d h \d\d (more|less) than 2025 by this day<", find_panel(page, "2026"))
    assert re.search(r"\d h \d\d (more|less) than 2024<", find_panel(page, "2025"))
    assert "than 2024 by this day" not in page


def test_comeback_says_whether_the_time_away_was_seen(tmp_path: Path) -> None:
    data = make_history(day_count=1400)
    unseen = replace(data.comebacks[0], certainty="not fully seen", url=f"{SPOTIFY}artist/a")
    write_dashboard(replace(data, comebacks=(unseen,)), tmp_path)
    page = read(tmp_path, "artists.html")
    assert "2 years, 1 month; not fully seen" in page.replace("two years, one", "2 years, 1")
    assert 'href="https://open.spotify.com/artist/a">Saltwork</a>' in page


def test_rating_says_how_its_place_moved(tmp_path: Path) -> None:
    first, second, third, *others = make_ratings(12)
    moved = (
        replace(first, places_up=2),
        replace(second, places_up=0),
        replace(third, places_up=-1),
    )
    write_dashboard(replace(make_history(day_count=40), ratings=(*moved, *others)), tmp_path)
    table = read(tmp_path, "records.html").split("Your ratings")[1]
    assert re.findall(r'<td class="move">([^<]*)<', table)[:4] == ["up 2", "", "down 1", ""]


def test_names_are_text_whatever_is_in_them(written: Written) -> None:
    for name in ("index.html", "artists.html", "2026.html", "names.js", "2026.svg", "card.svg"):
        text = read(written(YEAR), name)
        assert "<Angle>" not in text
    assert "&lt;Angle&gt;" in read(written(YEAR), "artists.html")


def test_names_lead_to_spotify_and_the_page_says_whose_they_are(written: Written) -> None:
    page = read(written(YEAR))
    assert 'href="https://open.spotify.com/artist/' in page
    assert 'from <a href="https://open.spotify.com/">Spotify</a>' in page
    assert "Last heard from 20 November 2026, 17:46, by pi." in page


@pytest.mark.parametrize("name", ["2026.svg", "2025.svg", "card.svg"])
def test_picture_stands_alone(written: Written, name: str) -> None:
    text = read(written(YEAR), name)
    ElementTree.fromstring(text)
    assert "Metadata from Spotify" in text
    assert re.findall(r"(?:href|src)=|url\((?!data:)", text) == []
    assert "var(" not in text


def test_picture_as_png_has_its_size_and_weighs_little(written: Written) -> None:
    png = (written(YEAR) / "2026.png").read_bytes()
    assert struct.unpack(">II", png[16:24]) == (1080, 1350)
    assert len(png) < 120_000


def test_statement_is_open_in_red_and_closed_with_a_double_rule(written: Written) -> None:
    opened, closed = read(written(YEAR), "2026.svg"), read(written("ten years closed"), "2025.svg")
    assert "Open. The year is not over." in opened
    assert "Not fully seen. Four days were seen in part only." in opened
    assert max(len(line) for line in re.findall(r'font-size="22"[^>]*>([^<]*)<', opened)) <= 92
    assert "stroke-dasharray" in opened
    assert "Closed. Reconciled with Spotify&#39;s export." in closed
    assert "stroke-dasharray" not in closed


def test_statement_adds_up(written: Written) -> None:
    rows = re.findall(
        r'<th scope="row">(?:Brought|First heard in|Carried)[^<]*</th><td class="n">([\d,]+)',
        read(written(YEAR), "2026.html"),
    )
    brought, first, carried = (int(row.replace(",", "")) for row in rows)
    assert brought + first == carried


def test_year_names_its_months_and_what_to_remember(tmp_path: Path) -> None:
    write_dashboard(make_history(day_count=1400, measured_until=NOW.date()), tmp_path)
    page = read(tmp_path, "2025.html")
    for month in ("January", "June", "December"):
        assert f'<th scope="row">{month}</th>' in page
    for mark in ("The longest day", "The longest stretch", "The song", "The record"):
        assert f'<th scope="row">{mark}</th>' in page
    assert re.search(r'dropped</th><td class="said">Öland by Asa Lind: \d+ h \d+ in 2024', page)
    assert "The comeback</th><td" in read(tmp_path, "2026.html")
    assert "dropped" not in read(tmp_path, "2023.html")


def test_year_that_has_hardly_begun_has_dropped_nothing() -> None:
    data = make_history(day_count=1400)
    year, period = data.years[-1], find_period(data, "2026")
    assert find_dropped(data, year) is not None
    early = replace(period, last_date=date(2026, 6, 30))
    others = tuple(one for one in data.periods if one is not period)
    assert find_dropped(replace(data, periods=(*others, early)), year) is None


def find_period(data: ListenerData, name: str) -> Period:
    return next(one for one in data.periods if one.name == name)


def test_ratings_are_drawn_from_ten_on_and_lead_to_spotify(tmp_path: Path) -> None:
    data = make_history(day_count=40)
    for count, folder in ((9, tmp_path / "few"), (10, tmp_path / "enough")):
        ratings = [replace(one, url="https://open.spotify.com/album/a") for one in make_ratings(10)]
        write_dashboard(replace(data, ratings=tuple(ratings[:count])), folder)
    assert "Praised, unplayed?" not in read(tmp_path / "few", "records.html")
    page = read(tmp_path / "enough", "records.html")
    assert "Praised, unplayed?" in page
    assert "Ten albums rated; one was never heard." in page
    assert page.count('href="https://open.spotify.com/album/a"') == 10


def test_every_year_has_its_picture_when_all_are_asked_for(tmp_path: Path) -> None:
    data = make_history(day_count=1200, measured_until=NOW.date())
    write_dashboard(data, tmp_path / "two")
    write_dashboard(data, tmp_path / "all", all_pictures=True)
    assert {path.name for path in (tmp_path / "two").glob("*.png")} == {"2025.png", "2026.png"}
    assert len(list((tmp_path / "all").glob("*.png"))) == 4
    assert "--all-pictures" in read(tmp_path / "two", "2023.html")


def make_large_data() -> ListenerData:
    """Return ten years with the lists full and more names than the search can hold."""
    data = make_history(day_count=3650, measured_until=NOW.date())
    total = Total(4321, 1_234_567_890, 456_789_012, "about", "exact")
    names = [f"An Artist of a Usual Name {number}" for number in range(25)]
    places = tuple(
        RankedPlace(number + 1, name, total, 25 - number, "Another Usual Name",
              f"https://open.spotify.com/artist/{number:022}", 1_000_000_000, 234_567_890)
        for number, name in enumerate(names)
    )  # fmt: skip
    people = tuple(replace(place, artist_name="") for place in places)
    lists = {"artists": people, "featured": people, "tracks": places, "albums": places}
    songs = tuple(
        Discovery(
            f"A Song of a Usual Length {number}", date(2020, 1, 1), NOW.date(), total, names[0]
        )
        for number in range(20_000)
    )
    return replace(
        data,
        periods=tuple(replace(period, **lists) for period in data.periods),
        tracks=songs,
        track_count=len(songs),
    )


def test_ten_years_of_a_million_plays_stay_under_a_megabyte_and_a_half(tmp_path: Path) -> None:
    write_dashboard(make_large_data(), tmp_path)
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 1_500_000
    names = read(tmp_path, "names.js")
    known = re.search(r"The search knows the ([\d,]+) most heard of 20,060", names)
    assert known is not None
    assert int(known[1].replace(",", "")) > 1400


def test_nothing_that_was_written_leads_elsewhere_but_to_spotify(written: Written) -> None:
    for path in written(YEAR).iterdir():
        if path.suffix in {".html", ".js", ".css"}:
            found = re.findall(r"https?://[\w.-]+", path.read_text(encoding="utf-8"))
            assert set(found) <= {
                "https://open.spotify.com",
                "https://www.spotify.com",
                "http://www.w3.org",
            }, path.name


def test_day_that_nobody_saw_is_red_too(tmp_path: Path) -> None:
    data = make_history(day_count=200)
    unseen = Total(None, None, None, "not seen", "not seen")
    days = (*data.days[:-1], replace(data.days[-1], total=unseen))
    write_dashboard(replace(data, days=days), tmp_path)
    drawn = re.search(r'class="calendar days wide".*?</svg>', read(tmp_path), re.S)
    assert drawn is not None
    assert drawn[0].count('class="g"') == 1
