"""The daily report as one file that needs nothing beside it."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from typing import Any

from dashboard.build import STATIC_DIR, Others, make_environment
from dashboard.drawings.bars import Slot, draw_bars
from dashboard.panels import make_rows
from everheard.report.day import DayReport, Report
from everheard.report.markdown import HEADS, say_state
from everheard.report.words import (
    RULES,
    is_red,
    say_average,
    say_date,
    say_day_certainty,
    say_hours,
    say_moment,
    say_plays,
    say_silence,
    say_time,
)


def make_report_page(report: Report, others: Others = ()) -> str:
    """Return the page: style and font inside, so that it can be mailed or kept.

    ``others``: the pages of the others in the household, of the same day where they live.
    """
    style = _read_style()
    digest = b64encode(sha256(style.encode()).digest()).decode()
    return (
        make_environment()
        .get_template("report.html")
        .render(
            listener_name=report.listener_name,
            others=others,
            made=say_moment(report.now),
            style=style,
            style_hash=digest,
            days=[_show(day, report) for day in report.days],
            state=[said.replace("`", "") for said in say_state(report, shows_names=True)],
        )
    )


def _read_style() -> str:
    style = (STATIC_DIR / "pages.css").read_text(encoding="utf-8")
    font = b64encode((STATIC_DIR / "archivo.woff2").read_bytes()).decode()
    return "\n" + style.replace('"archivo.woff2"', f'"data:font/woff2;base64,{font}"')


def _show(day: DayReport, report: Report) -> dict[str, Any]:
    number, unit = say_hours(day.total.ms_listened)
    word, reason = say_day_certainty(day.total)
    is_today = day is report.days[0]
    return {
        "title": "Today so far" if is_today else "Yesterday",
        "date": say_date(day.play_date),
        "number": number,
        "unit": unit,
        "rule": RULES[day.total.certainty],
        "is_red": is_red(day.total.certainty),
        "word": word,
        "reason": reason if day.total.plays else say_silence(day.total),
        "plays": say_plays(day.total),
        "day": day,
        "average": say_average(say_time(day.average_ms), day.average_day_count)
        if day.average_ms is not None
        else "",
        "hours": draw_bars(_cut_hours(day), label=f"Time by hour, {say_date(day.play_date)}")
        if day.total.plays
        else "",
        "lists": [
            (head, make_rows(None, day.lists[name]))
            for name, head in HEADS.items()
            if day.lists.get(name)
        ],
    }


def _cut_hours(day: DayReport) -> list[Slot]:
    slots = []
    for hour in range(24):
        measured, estimated = day.hours.get(hour, (0, 0))
        title = f"{hour:02} to {(hour + 1) % 24:02}: {say_time(measured + estimated)}"
        slots.append(Slot(title, measured, estimated, label=f"{hour:02}" if hour % 6 == 0 else ""))
    return slots
