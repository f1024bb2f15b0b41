"""Made histories on every surface: views, pages, statement, picture, report, API, live pages."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from psycopg2.extensions import connection as Connection

from api import create_app
from dashboard.build import Pages
from dashboard.report_page import make_report_page
from everheard.config import read_settings
from everheard.ledger.operations.tokens import insert_token
from everheard.report.day import read_report
from everheard.report.markdown import write_markdown
from everheard.report.read import read_listener_data
from tests.certainty import surfaces
from tests.certainty.rule import DAY, Expected, Rule, World
from tests.certainty.surfaces import Comparison
from tests.certainty.worlds import NOW, WORLDS, fill


@contextmanager
def open_client(url: str) -> Iterator[FlaskClient]:
    settings = dataclasses.replace(read_settings(needs_spotify=False), database_url=url)
    app = create_app(settings)
    yield app.test_client()
    app.extensions["ledger"].close()


@pytest.mark.product
@pytest.mark.parametrize("worlds", WORLDS, ids=lambda worlds: worlds[0].name)
def test_every_sign_is_the_one_of_the_rule(
    still_ledger: Connection, database_url: str, worlds: tuple[World, ...]
) -> None:
    fill(still_ledger, worlds)
    for key, world in enumerate(worlds, 1):
        found = Comparison()
        rule = Rule(world, NOW)
        surfaces.compare_views(found, still_ledger, key, rule)
        compare_pages(found, still_ledger, key, rule)
        report = read_report(still_ledger, key, world.name, world.zone)
        markdown = write_markdown(report, shows_names=True)
        surfaces.compare_report(found, markdown, make_report_page(report), rule)
        token = insert_token(
            still_ledger, name=world.name, listener=world.name, may_rate=False, may_read_all=False
        )
        with open_client(database_url) as client:
            ask = {"headers": {"Authorization": f"Bearer {token}"}}
            compare_api(found, client, ask, rule)
            compare_live(found, client, ask, still_ledger, key, rule)
        print(f"| {world.name} | {world.zone} | "
              + ", ".join(f"{name} {count}" for name, count in found.counts.items())
              + f" | {len(found.faults)} differ |")  # fmt: skip
        assert found.faults == []


def compare_pages(found: Comparison, ledger: Connection, key: int, rule: Rule) -> None:
    """Make the pages and pictures that carry signs, and compare them."""
    data = read_listener_data(ledger, key, rule.world.name, rule.world.zone)
    pages = Pages(data, picture_years=len(data.years))
    index = pages.make("index.html").decode()
    has_contact = rule.world.last_contact is not None
    found.check("pages", "last heard from", "Last heard from" in index, has_contact)
    if not rule.timed:
        return
    surfaces.compare_page(found, "pages", index, ledger, key, rule)
    for year in data.years:
        page, picture = (pages.make(f"{year.year}.{kind}").decode() for kind in ("html", "svg"))
        surfaces.compare_statement(found, "statement", page, picture, year.year, rule)
    lead = pages.make("coverage.html").decode().split('<p class="lead">')[1]
    word, is_red = rule.all_time().certainty.capitalize(), rule.all_time().sign == "broken"
    tag = "em" if is_red else "strong"
    found.check("pages", "coverage", lead.startswith(f"<{tag}>{word}.</{tag}>"), True)


def compare_api(found: Comparison, client: FlaskClient, ask: dict[str, Any], rule: Rule) -> None:
    """Ask the API about days, and about an artist, an album and a track of all time."""
    days = [rule.today - DAY * back for back in (0, 1, 16, 40, 3000)]
    answers: dict[date, Any] = {}
    for day in days:
        answer = client.get(f"/daily-report?date={day}", **ask)
        if answer.status_code == 200:
            answers[day] = answer.get_json()
    found.check("api", "days told", rule.today in answers, True)
    surfaces.compare_days_of_api(found, answers, rule)
    contact = client.get("/", **ask).get_json()["last_contact_at"]
    found.check("api", "contact", contact is not None, rule.world.last_contact is not None)
    if not rule.timed:
        return
    heard = [one for one in rule.timed if one[0].has_length]
    expected = rule.say(rule.how_seen(rule.timed[0][0].ended, NOW), heard)
    for path in ("artists/a1", "albums/b1", "tracks/t1"):
        answer = client.get(f"/{path}", **ask).get_json()
        hours = None if expected.ms is None else round(expected.ms / 3_600_000, 2)
        shown = Expected(
            answer["play_count"],
            answer["hours_listened"],
            answer["certainty"],
            answer["count_certainty"],
        )
        wanted = dataclasses.replace(expected, ms=hours)  # type: ignore[arg-type]
        found.check("api", path, shown, wanted)


def compare_live(
    found: Comparison,
    client: FlaskClient,
    ask: dict[str, Any],
    ledger: Connection,
    key: int,
    rule: Rule,
) -> None:
    """Compare the pages that the API serves, and the live picture of the newest year."""
    if not rule.timed:
        return
    page = client.get("/dashboard/", **ask).get_data(as_text=True)
    surfaces.compare_page(found, "live pages", page, ledger, key, rule)
    year = rule.timed[-1][0].ended.year
    statement = client.get(f"/dashboard/{year}.html", **ask).get_data(as_text=True)
    picture = client.get(f"/dashboard/{year}.svg", **ask).get_data(as_text=True)
    surfaces.compare_statement(found, "live pages", statement, picture, year, rule)
