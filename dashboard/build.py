"""Data in, pages out: the whole dashboard, into a folder or for a server."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from dashboard.names import write_names
from dashboard.now_playing import COVERS, StreamPlace
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
    say_missing,
    show_coverage,
    show_early_days,
    show_new_share,
    show_ratings,
    show_strips,
)
from dashboard.statement import draw_card, draw_statement, say_picture
from dashboard.years import make_year_page
from everheard.report.data import ListenerData, Period, Year
from everheard.report.words import say_contact, say_date, say_moment, say_year
from everheard.rims.xml import finish
from everheard.written import Written

STATIC_DIR = Path(__file__).parent / "static"
#: Only pages that are served need them: from disk there is nobody to ask.
SERVED_SCRIPTS = {"live.js", "enter.js", "now-playing.js"}
#: Whoever has it, letter for letter, has it from us.
_FONT = "archivo.woff2"
#: The newest years have their pictures drawn: ten years of them would weigh more than the pages.
PICTURE_YEARS = 2
_EARLY_PAGES = (("index.html", "Overview"), ("coverage.html", "Coverage"))
_PAGES = (
    ("index.html", "Overview"),
    ("artists.html", "Artists"),
    ("records.html", "Records"),
    ("discovery.html", "Discovery"),
    ("coverage.html", "Coverage"),
)

#: The pages of the others in the household: name, and where they lie from here.
Others = Sequence[tuple[str, str]]


def write_dashboard(
    data: ListenerData,
    folder: Path,
    *,
    all_pictures: bool = False,
    is_public: bool = False,
    others: Others = (),
) -> Path:
    """Write pages, pictures and what they need, all or nothing; return the first page.

    Files of an earlier run with other names (a year taken back) are left alone, and so is what
    somebody else put there: ConfigurationError says what stands in the way. ``is_public``: other
    users of the machine may read them, a web server's say. ``others`` are linked on every page.
    """
    static = [file for file in STATIC_DIR.iterdir() if file.name not in SERVED_SCRIPTS]
    picture_years = len(data.years) if all_pictures else PICTURE_YEARS
    pages = Pages(data, picture_years=picture_years, others=others)
    written = Written(folder, is_public=is_public)
    files = {file.name: file.read_bytes() for file in static}
    if not written.names and written.holds(_FONT, files[_FONT]):
        written.adopt([*files, *pages.names])  # of a version that kept no record
    written.refuse_strange([*files, *pages.names], "name a folder of its own with --to")
    written.write(files | {name: pages.make(name) for name in pages.names})
    return folder / "index.html"


class Pages:
    """The files of one listener's dashboard by name, each made when it is first asked for.

    With a ``version`` they are for a server: they look for a newer one by themselves, and show
    what plays now, where there is a ``stream`` of it.
    """

    def __init__(
        self,
        data: ListenerData,
        *,
        picture_years: int = PICTURE_YEARS,
        version: str = "",
        others: Others = (),
        stream: StreamPlace | None = None,
    ) -> None:
        self._data = data
        self._environment = make_environment()
        self._shared = _describe(data) | {"version": version, "others": others}
        self._shared |= {"stream": stream, "covers": COVERS}
        self._made: dict[str, bytes] = {}
        self._makers: dict[str, Callable[[], str | bytes]] = {}
        if not choose_periods(data):
            self._makers["index.html"] = self._draw_empty
            return
        self._makers["names.js"] = partial(write_names, data)
        for file, name in _choose_pages(data):
            self._makers[file] = partial(self._draw_page, file, name)
        for year in data.years:
            draws = year in data.years[-picture_years:]
            self._makers[f"{year.year}.html"] = partial(self._draw_year, year, has_picture=draws)
            if draws:
                self._makers[f"{year.year}.svg"] = partial(self._draw_picture, year)
                self._makers[f"{year.year}.png"] = partial(self._draw_png, year)
        self._makers["card.svg"] = self._draw_card

    @property
    def names(self) -> list[str]:
        """The names of all files."""
        return list(self._makers)

    def make(self, name: str) -> bytes:
        """Return a file's content; KeyError where there is no such file."""
        if name not in self._made:
            content = self._makers[name]()
            self._made[name] = content.encode() if isinstance(content, str) else content
        return self._made[name]

    def _render(self, template: str, **context: Any) -> str:
        return self._environment.get_template(template).render(**(self._shared | context))

    def _draw_empty(self) -> str:
        today, next_poll = say_date(self._data.now.date()), _say_next_poll(self._data)
        return self._render("empty.html", heading="Overview", today=today, next_poll=next_poll)

    @cached_property
    def _collected(self) -> dict[str, Any]:
        return _collect(self._data)

    def _draw_page(self, file: str, name: str) -> str:
        return self._render(file, **(self._collected | {"page": file, "heading": name}))

    def _draw_year(self, year: Year, *, has_picture: bool) -> str:
        return self._render(
            "year.html",
            **make_year_page(self._data, year, _find_period(self._data, year)),
            heading=f"Statement {year.year}",
            has_picture=has_picture,
            alt=say_picture(year),
        )

    def _draw_picture(self, year: Year) -> str:
        period = _find_period(self._data, year)
        days = self._data.find_days(period.first_date, period.last_date)
        return draw_statement(self._data, year, period.artists, days)

    def _draw_png(self, year: Year) -> bytes:
        return draw_png(self.make(f"{year.year}.svg").decode())

    def _draw_card(self) -> str:
        periods = self._data.periods
        recent = next((one for one in periods if one.name == "30 days"), periods[-1])
        return draw_card(self._data, recent)


def draw_trouble(title: str, said: str) -> str:
    """Return the page that a server shows where it has no other."""
    return make_environment().get_template("trouble.html").render(title=title, said=said)


def draw_entry() -> str:
    """Return the page that lets a browser in by the code in its address."""
    return make_environment().get_template("enter.html").render()


def make_environment() -> Environment:
    """Return the templates: everything is escaped, a missing value is an error."""
    return Environment(
        loader=PackageLoader("dashboard"),
        autoescape=True,
        finalize=finish,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _describe(data: ListenerData) -> dict[str, Any]:
    """Return what every page shows."""
    is_empty = not choose_periods(data)
    has_early = _is_early(data)
    return {
        "data": data,
        "page": "",
        "pages": [] if is_empty or has_early else _PAGES,
        "names_file": "" if is_empty else "names.js",
        "heard": say_contact(data.last_contact_at, data.last_contact_by, data.newest_play_at),
        "made": say_moment(data.now),
        "missing_said": say_missing(data),
    }


def _collect(data: ListenerData) -> dict[str, Any]:
    """Return everything the pages with periods show."""
    periods = choose_periods(data)
    panels = [make_panel(data, period) for period in periods]
    first = choose_first(periods, data.now.year).name.replace(" ", "-")
    coverage, coverage_said = show_coverage(data)
    rated, rated_said = show_ratings(data)
    is_early = _is_early(data)
    return {
        "pages": _choose_pages(data),
        "panels": panels,
        "first": first,
        "early": show_early_days(data) if is_early else [],
        "past": is_early,
        "strips": show_strips(data),
        "new_share": show_new_share(data),
        "coverage": coverage,
        "coverage_said": coverage_said,
        "days": f"{say_date(data.days[0].play_date)} to {say_date(data.days[-1].play_date)}",
        "comebacks": list_comebacks(data),
        "ratings": list_ratings(data),
        "rated": rated,
        "rated_said": rated_said,
        "releases": list_releases(data),
        "streaks": list_streaks(data),
        "first_heard": {
            panel.anchor: find_first_heard(data, period)
            for panel, period in zip(panels, periods, strict=True)
        },
        "years": [
            {"year": year.year, "said": say_year(year)[0].rstrip(".").lower()}
            for year in reversed(data.years)
            if not is_early
        ],
        **list_gaps(data),
        **list_jobs(data),
    }


def _choose_pages(data: ListenerData) -> tuple[tuple[str, str], ...]:
    return _EARLY_PAGES if _is_early(data) else _PAGES


def _is_early(data: ListenerData) -> bool:
    """Whether the ledger is in its first week: sections would be nearly empty."""
    return len(data.days) <= FEWEST_MARKS


def _find_period(data: ListenerData, year: Year) -> Period:
    return next(one for one in data.periods if one.name == str(year.year))


def _say_next_poll(data: ListenerData) -> str:
    poll = next((job for job in data.jobs if job.name == "get_last_50"), None)
    if not poll or not poll.last_run_at or not poll.median_minutes:
        return ""
    return f"{poll.last_run_at + timedelta(minutes=poll.median_minutes):%H:%M}"
