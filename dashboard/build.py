"""Data in, pages out: write the whole dashboard into a folder."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from dashboard.names import write_names
from dashboard.panels import FEWEST_MARKS, choose_first, choose_periods, make_panel
from dashboard.pictures import draw_png
from dashboard.shelves import (
    find_first_heard,
    list_comebacks,
    list_gaps,
    list_jobs,
    list_ratings,
    list_releases,
    list_streaks,
    show_coverage,
    show_early_days,
    show_new_share,
    show_strips,
)
from dashboard.statement import draw_card, draw_statement, say_picture, say_stamp
from dashboard.years import make_year_page
from everheard.report.book import Book, Year
from everheard.report.words import say_count, say_date, say_moment

STATIC_DIR = Path(__file__).parent / "static"
#: The newest years have their pictures drawn: ten years of them would weigh more than the pages.
PICTURE_YEARS = 2
_PAGES = (
    ("index.html", "Overview"),
    ("artists.html", "Artists"),
    ("records.html", "Records"),
    ("discovery.html", "Discovery"),
    ("coverage.html", "Coverage"),
)


def write_dashboard(book: Book, folder: Path, *, all_pictures: bool = False) -> Path:
    """Write pages, pictures and what they need; return the first page.

    Files of an earlier run with other names (a year taken back) are left alone.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for file in STATIC_DIR.iterdir():
        shutil.copyfile(file, folder / file.name)
    environment = make_environment()
    shared = _describe(book)
    if not choose_periods(book):
        page = environment.get_template("empty.html").render(
            **shared,
            heading="Overview",
            today=say_date(book.now.date()),
            next_look=_say_next_look(book),
        )
        _write(folder / "index.html", page)
        return folder / "index.html"
    _write(folder / "names.js", write_names(book))
    context = shared | _collect(book)
    for file, name in context["pages"]:
        page = environment.get_template(file).render(**(context | {"page": file, "heading": name}))
        _write(folder / file, page)
    for year in book.years:
        draws = all_pictures or year.year > book.years[-1].year - PICTURE_YEARS
        _write_year(book, year, environment, shared, folder, draws=draws)
    recent = next((one for one in book.periods if one.name == "30 days"), book.periods[-1])
    _write(folder / "card.svg", draw_card(book, recent))
    return folder / "index.html"


def make_environment() -> Environment:
    """Return the templates: everything is escaped, a missing value is an error."""
    return Environment(
        loader=PackageLoader("dashboard"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _describe(book: Book) -> dict[str, Any]:
    """Return what every page shows."""
    gaps = len(book.open_gaps)
    is_empty = not choose_periods(book)
    has_early = _is_early(book)
    return {
        "book": book,
        "page": "",
        "pages": [] if is_empty or has_early else _PAGES,
        "names_file": "" if is_empty else "names.js",
        "heard": say_moment(book.last_heard_at) if book.last_heard_at else "",
        "made": say_moment(book.now),
        "gaps_said": f"{say_count(gaps, 'stretch was', 'stretches were').capitalize()} not seen.",
    }


def _collect(book: Book) -> dict[str, Any]:
    """Return everything the pages with periods show."""
    periods = choose_periods(book)
    panels = [make_panel(book, period) for period in periods]
    first = choose_first(periods, book.now.year).name.replace(" ", "-")
    coverage, coverage_said = show_coverage(book)
    is_early = _is_early(book)
    return {
        "pages": (("index.html", "Overview"), ("coverage.html", "Coverage"))
        if is_early
        else _PAGES,
        "panels": panels,
        "first": first,
        "early": show_early_days(book) if is_early else [],
        "past": is_early,
        "strips": show_strips(book),
        "new_share": show_new_share(book),
        "coverage": coverage,
        "coverage_said": coverage_said,
        "days": f"{say_date(book.days[0].play_date)} to {say_date(book.days[-1].play_date)}",
        "comebacks": list_comebacks(book),
        "ratings": list_ratings(book),
        "releases": list_releases(book),
        "streaks": list_streaks(book),
        "first_heard": {
            panel.anchor: find_first_heard(book, period)
            for panel, period in zip(panels, periods, strict=True)
        },
        "years": [
            {"year": year.year, "said": "closed" if year.is_closed else "open"}
            for year in reversed(book.years)
            if not is_early
        ],
        **list_gaps(book),
        **list_jobs(book),
    }


def _is_early(book: Book) -> bool:
    """Whether the ledger is in its first week: sections would be nearly empty."""
    return len(book.days) <= FEWEST_MARKS


def _write_year(
    book: Book,
    year: Year,
    environment: Environment,
    shared: dict[str, Any],
    folder: Path,
    *,
    draws: bool,
) -> None:
    """Write the page of a year, and its pictures where ``draws``."""
    period = next(one for one in book.periods if one.name == str(year.year))
    stamp = say_stamp(year, year.open_gap_count)
    if draws:
        days = book.find_days(period.first_date, period.last_date)
        picture = draw_statement(book, year, period.artists, days, stamp)
        _write(folder / f"{year.year}.svg", picture)
        (folder / f"{year.year}.png").write_bytes(draw_png(picture))
    page = environment.get_template("year.html").render(
        **shared,
        **make_year_page(book, year, period),
        heading=f"Statement {year.year}",
        stamp=stamp,
        has_picture=draws,
        alt=say_picture(year),
    )
    _write(folder / f"{year.year}.html", page)


def _say_next_look(book: Book) -> str:
    poll = next((job for job in book.jobs if job.name == "get_last_50"), None)
    if not poll or not poll.last_run_at or not poll.median_minutes:
        return ""
    return f"{poll.last_run_at + timedelta(minutes=poll.median_minutes):%H:%M}"


def _write(path: Path, content: str) -> None:
    path.write_text(content, encoding="utf-8", newline="\n")
