"""Pictures made to be shared: the year's statement (1080 by 1350) and the profile card.

They stand alone: colours are written out, and the few letters of the font are inside.
"""

from __future__ import annotations

from base64 import b64encode
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from pathlib import Path
from textwrap import wrap

from dashboard.drawings.calendar import find_steps, name_step
from everheard.report.data import Day, ListenerData, Period, RankedPlace, Year
from everheard.report.words import (
    RULES,
    is_red,
    say_count,
    say_date,
    say_days,
    say_hours,
    say_plays,
    say_so_far,
    say_time,
    say_word,
    say_year,
)
from everheard.rims.xml import escape

FONT_DIR = Path(__file__).parent / "fonts"
TEXT = "'Everheard Text', Archivo, system-ui, 'Noto Sans', 'Noto Sans CJK JP', sans-serif"
FIGURES = f"'Everheard Figures', {TEXT}"
_DARK = {
    "paper": "#0f1318", "ink": "#e9edf1", "second": "#9aa6b2", "rule": "#2b343d", "red": "#ff7d6e",
    "k1": "#1d2845", "k2": "#2f4480", "k3": "#4a68bd", "k4": "#6c8ce6", "k5": "#9db6ff",
}  # fmt: skip
_WIDTH, _HEIGHT, _EDGE = 1080, 1350, 72


def _draw_head(listener_name: str, year: Year) -> list[str]:
    """Return the paper, whose statement it is, and what it rests on."""
    word, reason = say_year(year)
    so_far = say_so_far(year)
    ink = _DARK["red"] if is_red(year.total.certainty) else _DARK["ink"]
    whose = f"{_shorten(listener_name, 24)}, {year.year}"
    head = [
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="{_DARK["paper"]}"/>',
        _text(_EDGE, 108, "Statement of listening", 34, weight=700),
        _text(_WIDTH - _EDGE, 108, whose, 34, anchor="end"),
        _rule(_EDGE, 140, _WIDTH - _EDGE, 4),
    ]
    if so_far:
        head.append(_text(_EDGE, 192, f"{word} {reason}", 26))
        return [*head, *_wrap(" ".join(so_far), 226, ink)]
    return [*head, *_wrap(f"{word} {reason}", 208, ink)]


def _wrap(said: str, y: int, ink: str) -> list[str]:
    """Return a sentence in as many lines as it needs; one line has room for 92 letters."""
    lines = wrap(said, 92)
    return [_text(_EDGE, y + number * 28, line, 22, ink=ink) for number, line in enumerate(lines)]


def draw_statement(
    data: ListenerData, year: Year, artists: Sequence[RankedPlace], days: Sequence[Day]
) -> str:
    """Return the year's picture as an SVG document."""
    number, unit = say_hours(year.total.ms_listened)
    ink, second = _DARK["ink"], _DARK["second"]
    parts = _draw_head(data.listener_name, year)
    size = 300 if len(number + unit) <= 6 else 190
    parts.append(
        f'<text x="{_EDGE - 6}" y="500" font-family="{FIGURES}" font-size="{size}" fill="{ink}"'
        f'>{number}<tspan font-size="{size * 0.42:.0f}" dx="14">{unit}</tspan></text>'
    )
    parts.append(
        _draw_total_rule(
            RULES[year.total.certainty], _measure(number, size) + _measure(unit, size * 0.42) + 4
        )
    )
    parts += _draw_account(year)
    parts += _draw_most_time(artists)
    parts += _draw_days(days)
    span = f"{say_days(days[0].play_date, days[-1].play_date)}, local time"
    parts.append(_text(_EDGE, 1290, span, 20, ink=second))
    parts.append(
        _text(
            _WIDTH - _EDGE,
            1290,
            "Metadata from Spotify. Kept with Everheard.",
            20,
            ink=second,
            anchor="end",
        )
    )
    return _document(_WIDTH, _HEIGHT, parts, f"Statement of listening, {year.year}")


def draw_card(data: ListenerData, period: Period) -> str:
    """Return the profile card: what a README can show, in light and dark."""
    number, unit = say_hours(period.total.ms_listened)
    names = ", ".join(place.name for place in period.artists[:3])
    plays = f"{say_plays(period.total)} plays in the last {period.name}"
    said = f"{say_word(period.total.certainty)} {plays[:1].upper()}{plays[1:]}"
    style = (
        "<style>.p{fill:#fff}.i{fill:#12171d}.s{fill:#56606b}.l{stroke:#d3d9df}.r{stroke:#12171d}"
        ".o{stroke:#b9261b}@media(prefers-color-scheme:dark){.p{fill:#0f1318}.i{fill:#e9edf1}"
        ".s{fill:#9aa6b2}.l{stroke:#2b343d}.r{stroke:#e9edf1}.o{stroke:#ff7d6e}}</style>"
    )
    width = round(_measure(number, 56) + _measure(unit, 24) + 4)
    rules = {
        "double": f'<path d="M24 99H{24 + width}M24 103H{24 + width}" class="r" stroke-width="2"/>',
        "single": f'<path d="M24 100H{24 + width}" class="r" stroke-width="2"/>',
        "broken": f'<path d="M24 100H{24 + width}" class="o" stroke-width="3"'
        ' stroke-dasharray="8 4"/>',
        "unseen": f'<path d="M24 100H{24 + width}" class="o" stroke-width="3"/>',
    }
    parts = [
        style,
        '<rect x=".5" y=".5" width="479" height="159" class="p l"/>',
        _plain(24, 32, f"{_shorten(data.listener_name, 24)}, listening", 14, "i"),
        f'<text x="24" y="88" font-family="{FIGURES}" font-size="56" class="i">{number}'
        f'<tspan font-size="24" dx="4">{unit}</tspan></text>',
        rules[RULES[period.total.certainty]],
        _plain(24, 124, _shorten(names, 62), 14, "i"),
        _plain(24, 144, f"{said}. Metadata from Spotify.", 12, "s"),
    ]
    return _document(480, 160, parts, f"{number} {unit} of music in the last {period.name}")


def _document(width: int, height: int, parts: Sequence[str], title: str) -> str:
    drawn = "".join(parts)
    faces = _embed_fonts(has_bold='weight="700"' in drawn)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
        f' viewBox="0 0 {width} {height}" role="img"><title>{escape(title)}</title>'
        f"<style>{faces}</style>{drawn}</svg>"
    )


@cache
def _embed_fonts(*, has_bold: bool) -> str:
    faces = []
    for family, weight, file in (
        ("Everheard Text", 400, "everheard-text-regular"),
        ("Everheard Text", 700, "everheard-text-bold"),
        ("Everheard Figures", 400, "everheard-figures"),
    ):
        if weight == 700 and not has_bold:
            continue
        data = b64encode((FONT_DIR / f"{file}.woff2").read_bytes()).decode()
        faces.append(
            f"@font-face{{font-family:'{family}';font-weight:{weight};"
            f"src:url(data:font/woff2;base64,{data})}}"
        )
    return "".join(faces)


def _text(
    x: float,
    y: float,
    said: str,
    size: int,
    *,
    weight: int = 400,
    ink: str = "",
    anchor: str = "start",
) -> str:
    return (
        f'<text x="{x}" y="{y}" font-family="{TEXT}" font-size="{size}" font-weight="{weight}"'
        f' text-anchor="{anchor}" fill="{ink or _DARK["ink"]}">{escape(said)}</text>'
    )


def _plain(x: float, y: float, said: str, size: int, css: str, weight: int = 400) -> str:
    return (
        f'<text x="{x}" y="{y}" font-family="{TEXT}" font-size="{size}" font-weight="{weight}"'
        f' class="{css}">{escape(said)}</text>'
    )


def _rule(x1: float, y: float, x2: float, width: float, ink: str = "", dash: str = "") -> str:
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<path d="M{x1} {y}H{x2}" stroke="{ink or _DARK["ink"]}" stroke-width="{width}"{dashes}/>'
    )


def _measure(said: str, size: float) -> float:
    """Return the width of a large number; the font's digits are nearly of one width."""
    narrow = {",": 0.226, " ": 0.145, "i": 0.209, "m": 0.669}
    return sum(narrow.get(letter, 0.447) * size for letter in said)


def _draw_total_rule(rule: str, length: float) -> str:
    end = round(min(_EDGE + length, _WIDTH - _EDGE))
    if rule == "double":
        return _rule(_EDGE, 584, end, 5) + _rule(_EDGE, 596, end, 5)
    if rule == "single":
        return _rule(_EDGE, 588, end, 5)
    return _rule(_EDGE, 588, end, 6, _DARK["red"], "12 6" if rule == "broken" else "")


def _draw_account(year: Year) -> list[str]:
    left, right = _EDGE, 504
    parts = [_text(left, 656, "Artists", 26, weight=700)]
    lines = (
        ("Brought forward", year.brought_forward, 400),
        (f"First heard in {year.year}", year.first_heard, 400),
        ("Carried forward", year.carried_forward, 700),
    )
    for number, (name, count, weight) in enumerate(lines):
        y = 710 + number * 58
        parts.append(_text(left, y, name, 26, weight=weight))
        parts.append(_text(right, y, f"{count:,}", 26, weight=weight, anchor="end"))
    parts.append(_rule(left, 730, right, 1.5, _DARK["rule"]))
    parts.append(_rule(left, 788, right, 2))
    parts += [_rule(left, 847, right, 2), _rule(left, 853, right, 2)]
    return parts


def _draw_most_time(artists: Sequence[RankedPlace]) -> list[str]:
    left, right = 576, _WIDTH - _EDGE
    parts = [_text(left, 656, "Most time", 26, weight=700)] if artists else []
    for number, place in enumerate(artists[:5]):
        y = 710 + number * 58
        parts.append(_text(left, y, _shorten(place.name, 20), 26))
        parts.append(_text(right, y, say_time(place.total.ms), 26, anchor="end"))
        parts.append(_rule(left, y + 20, right, 1.5, _DARK["rule"]))
    return parts


def _draw_days(days: Sequence[Day]) -> list[str]:
    """Draw the year as five paths, one a step: three thousand rects would weigh more."""
    limits = find_steps([day.total.ms for day in days])
    first = days[0].play_date.replace(month=1, day=1)
    first -= timedelta(days=first.weekday())
    cells: dict[str, str] = defaultdict(str)
    for day in days:
        column, row = divmod((day.play_date - first).days, 7)
        x, y = _EDGE + column * (_WIDTH - 2 * _EDGE) // 53, 1030 + row * 25
        if day.total.ms_listened is not None:
            step = name_step(day.total.ms, limits)
            cells[step] += (
                f"M{x + 1} {y + 1}h13v21h-13z" if step == "k0" else f"M{x} {y}h15v23h-15z"
            )
        if is_red(day.total.certainty):
            cells["red"] += f"M{x} {y + 18}h15v5h-15z"
    quiet = cells.pop("k0", "")
    parts = [f'<path d="{quiet}" fill="none" stroke="{_DARK["rule"]}" stroke-width="2"/>']
    return parts + [f'<path d="{cells[step]}" fill="{_DARK[step]}"/>' for step in sorted(cells)]


def _shorten(said: str, most: int) -> str:
    return said if len(said) <= most else said[: most - 1].rstrip() + "…"


def say_picture(year: Year) -> str:
    """Say in words what the picture shows, for those who do not see it."""
    number, unit = say_hours(year.total.ms_listened)
    days = say_count(year.active_day_count, "day")
    best = f" Longest day: {say_date(year.longest_day)}." if year.longest_day else ""
    word = say_word(year.total.certainty)
    return f"Statement of listening {year.year}. {word} {number} {unit} on {days}.{best}"
