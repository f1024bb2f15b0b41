"""Read the signs off every surface, and compare each with the rule."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from html import unescape
from typing import Any

from psycopg2.extensions import connection as Connection

from tests.certainty.rule import DAY, Expected, Rule


class Comparison:
    """What was compared, by surface, and what differed."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.faults: list[str] = []

    def check(self, surface: str, what: str, shown: Any, expected: Any) -> None:
        self.counts[surface] += 1
        if shown != expected:
            self.faults.append(f"{surface}: {what}: shows {shown!r}, the rule says {expected!r}")


def say_hours(ms: int | None) -> str:
    """Say the large number as pages do."""
    if ms is None:
        return "–"
    minutes = ms // 60_000
    if minutes >= 6_000:
        return f"{minutes // 60:,}h"
    return f"{minutes // 60} h {minutes % 60:02}" if minutes >= 60 else f"{minutes}min"


def ask(ledger: Connection, query: str, *values: Any) -> list[dict[str, Any]]:
    with ledger.cursor() as cursor:
        cursor.execute(query, values)
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def find_period(rule: Rule, row: dict[str, Any]) -> Expected:
    if row["period"] == "all time":
        return rule.all_time()
    return rule.days(row["first_date"], row["last_date"])


def compare_views(found: Comparison, ledger: Connection, key: int, rule: Rule) -> None:
    """Compare days, periods, steps, years and streaks."""
    daily = "select * from bi.daily_listening join bi.coverage using (listener_key, play_date)"
    for row in ask(ledger, f"{daily} where listener_key = %s", key):
        day = row["play_date"]
        expected = rule.days(day, day)
        shown = Expected(
            row["play_count"], row["ms_listened"], row["certainty"], row["count_certainty"]
        )
        found.check("views", f"day {day}", shown, expected)
        seen = {"whole": "complete", "part": "at least", "none": "unknown"}[rule.day_seen(day)]
        found.check("views", f"status {day}", row["status"], seen)
    for row in ask(ledger, "select * from bi.period_listening where listener_key = %s", key):
        _compare_period(found, rule, row)
    for row in ask(ledger, "select * from bi.period_step where listener_key = %s", key):
        if row["period"] == "all time" and row["first_date"] == rule.first_day:
            continue  # its first step begins with the first play, as all time does
        expected = rule.days(row["first_date"], row["last_date"])
        shown = Expected(
            row["play_count"], row["ms_listened"], row["certainty"], row["count_certainty"]
        )
        found.check("views", f"{row['period']} {row['first_date']}", shown, expected)
    for row in ask(ledger, "select * from bi.year_review where listener_key = %s", key):
        first, last = date(row["year"], 1, 1), min(date(row["year"], 12, 31), rule.today)
        found.check("views", f"status {row['year']}", row["status"], rule.status(row["year"]))
        counts = (row["seen_day_count"], row["partly_seen_day_count"], row["unseen_day_count"])
        found.check("views", f"days of {row['year']}", counts, rule.count_days(first, last))
    streaks = ask(ledger, "select * from bi.streak where listener_key = %s order by 2", key)
    shown_streaks = [(row["first_date"], row["last_date"], row["certainty"]) for row in streaks]
    for one, expected_one in zip(shown_streaks, rule.streaks(), strict=True):
        found.check("views", "streak", one, expected_one)
    words = "select period, certainty, count_certainty from bi.top_artist where listener_key = %s"
    for row in ask(ledger, words + " and credit = 'all' and artist_key = 1", key):
        if row["period"] == "all time":
            found.check("views", "top artist", row["count_certainty"],
                        rule.all_time().count_certainty)  # fmt: skip


def _compare_period(found: Comparison, rule: Rule, row: dict[str, Any]) -> None:
    name, is_all = row["period"], row["period"] == "all time"
    shown = Expected(
        row["play_count"], row["ms_listened"], row["certainty"], row["count_certainty"]
    )
    found.check("views", name, shown, find_period(rule, row))
    first, last = row["first_date"], row["last_date"]
    counts = (row["seen_day_count"], row["partly_seen_day_count"], row["unseen_day_count"])
    found.check("views", f"days of {name}", counts, rule.count_days(first, last, is_all=is_all))
    average = rule.average_ms(first, last, is_all=is_all)
    found.check("views", f"average of {name}", row["average_ms"], average)
    if row["previous_certainty"]:
        days = (last - first).days + 1
        before = (first - DAY * days, first - DAY)
        if name.isdigit():
            year = int(name) - 1
            end = rule.today.replace(year=year) if year + 1 == rule.today.year else None
            before = (date(year, 1, 1), end or date(year, 12, 31))
        previous = Expected(
            row["previous_play_count"], row["previous_ms_listened"],
            row["previous_certainty"], row["previous_count_certainty"],
        )  # fmt: skip
        found.check("views", f"before {name}", previous, rule.days(*before))


def read_panels(page: str) -> Iterator[tuple[str, str]]:
    for piece in re.split(r'<div class="panel(?: first)?" id="', page)[1:]:
        yield piece.split('"')[0], unescape(piece)


def compare_page(
    found: Comparison, surface: str, page: str, ledger: Connection, key: int, rule: Rule
) -> None:
    """Compare the overview: the large number, its word and rule, the figures, every day."""
    spans = ask(ledger, "select * from bi.period where listener_key = %s", key)
    by_anchor = {row["period"].replace(" ", "-"): row for row in spans}
    for anchor, panel in read_panels(page):
        row = by_anchor[anchor]
        expected = find_period(rule, row)
        lead = re.search(r'<p class="lead"><(em|strong)>(.*?)\.</\1>', panel)
        total = re.search(r'<p class="total (\w+)">(.*?)</p>', panel)
        assert lead
        assert total
        found.check(surface, f"{anchor} word", lead[2].lower(), expected.certainty)
        found.check(surface, f"{anchor} ink", lead[1] == "em", expected.sign in
                    {"broken", "unseen"})  # fmt: skip
        found.check(surface, f"{anchor} rule", total[1], expected.sign)
        number = re.sub("<.*?>", "", total[2])
        found.check(surface, f"{anchor} number", number, say_hours(expected.ms))
        plays = re.search(r"<dt>(Plays.*?)</dt><dd>(.*?)</dd>", panel)
        assert plays
        word = "" if expected.count_certainty == "exact" else f", {expected.count_certainty}"
        count = "–" if expected.plays is None else f"{expected.plays:,}"
        found.check(surface, f"{anchor} plays", (plays[1], plays[2]), (f"Plays{word}", count))
        _compare_calendar(found, surface, panel, row, rule)


def _compare_calendar(
    found: Comparison, surface: str, panel: str, row: dict[str, Any], rule: Rule
) -> None:
    drawn = re.search(r'data-first="([^"]+)" data-minutes="([^"]+)"', panel)
    if not drawn:
        return
    first = date.fromisoformat(drawn[1])
    found.check(surface, "first day of the calendar", first, row["first_date"])
    for number, shown in enumerate(drawn[2].split(",")):
        day = first + DAY * number
        expected = rule.days(day, day)
        red = "+" if expected.sign == "broken" else ""
        minutes = "?" if expected.ms is None else f"{red}{round(expected.ms / 60_000)}"
        found.check(surface, f"calendar {day}", shown, minutes)


def compare_statement(
    found: Comparison, surface: str, page: str, picture: str, year: int, rule: Rule
) -> None:
    """Compare a year's page and picture: the stamp, the number, the rule under it."""
    last = min(date(year, 12, 31), rule.today)
    expected = rule.days(date(year, 1, 1), last)
    status = rule.status(year)
    stamp = {"open": "Open. The year is not over.", "closed": "Closed. "}.get(
        status, f"{status.capitalize()}."
    )
    lead = re.sub("<.*?>", "", unescape(page.split('<p class="lead">')[1].split("</p>")[0]))
    found.check(surface, f"{year} stamp", lead.startswith(stamp), True)
    if status not in {"open", "closed", "about"}:
        unseen = rule.count_days(date(year, 1, 1), last)[2]
        said = {0: "", 1: "One day was not seen"}.get(unseen, "days were not seen")
        found.check(surface, f"{year} days", said in lead, True)
    total = re.search(r'<p class="total (\w+)">(.*?)</p>', page)
    assert total
    found.check(surface, f"{year} rule", total[1], expected.sign)
    number = re.sub("<.*?>", "", total[2])
    found.check(surface, f"{year} number", number, say_hours(expected.ms))
    if picture:
        found.check("picture", f"{year} stamp", f">{stamp}" in unescape(picture), True)
        days = rule.list_days(date(year, 1, 1), last)
        red = sum(rule.days(day, day).sign in {"broken", "unseen"} for day in days)
        found.check("picture", f"{year} red days", picture.count("h15v5h-15z"), red)
        rules = len(re.findall(r'd="M72 5\d\dH\d+"', picture))
        found.check("picture", f"{year} rule", rules, 2 if expected.sign == "double" else 1)
        dashed = 'stroke-dasharray="12 6"' in picture
        found.check("picture", f"{year} red", dashed, expected.sign == "broken")
        word = f">{expected.certainty.capitalize()}." in unescape(picture)
        found.check("picture", f"{year} word", word or status == "closed", True)


def compare_report(found: Comparison, markdown: str, page: str, rule: Rule) -> None:
    """Compare today and yesterday in both forms of the daily report."""
    said_of = re.split(r"### ", markdown)[1:3]
    shown_of = re.split(r'<section class="top">', page)[1:3]
    for back, said, shown in zip((0, 1), said_of, shown_of, strict=True):
        day = rule.today - DAY * back
        expected = rule.days(day, day)
        line = said.split("\n")[2]
        if expected.plays:
            start = f"{expected.certainty.capitalize()} "
            count = f", {expected.plays:,} play" if expected.plays > 10 else " play"
            found.check("report md", f"{day}", line.startswith(start) and count in line, True)
            total = re.search(r'<p class="total (\w+)">(.*?)</p>', shown)
            assert total
            found.check("report html", f"{day} rule", total[1], expected.sign)
            number = re.sub("<.*?>", "", total[2])
            found.check("report html", f"{day} number", number, say_hours(expected.ms))
        else:
            start = {"exact": "No plays.", "at least": "At least"}.get(
                expected.certainty, "Not seen."
            )
            found.check("report md", f"{day}", line.startswith(start), True)
            found.check("report html", f"{day}", start in shown, True)
        average = rule.average_ms(day - DAY * 30, day - DAY)
        if expected.plays and day - DAY * 30 >= rule.first_day:
            found.check("report md", f"{day} average", "average" in line, average is not None)


def compare_days_of_api(found: Comparison, answers: dict[date, Any], rule: Rule) -> None:
    """Compare what GET /daily-report says of some days."""
    for day, answer in answers.items():
        expected = rule.days(day, day)
        hours = None if expected.ms is None else round(expected.ms / 3_600_000, 2)
        shown = [
            answer[name]
            for name in ("play_count", "hours_listened", "certainty", "count_certainty")
        ]
        wanted = [expected.plays, hours, expected.certainty, expected.count_certainty]
        found.check("api", f"{day}", shown, wanted)
        if rule.timed and day - DAY * 30 >= rule.first_day:
            average = rule.average_ms(day - DAY * 30, day - DAY)
            said = None if average is None else round(average / 3_600_000, 2)
            found.check("api", f"average before {day}", answer["average_hours"], said)
