"""The hours of the week: 7 by 24 dots, area is time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from math import sqrt

from markupsafe import Markup

from dashboard.drawings.svg import WIDTH, draw, line, show, text
from everheard.report.words import MINUTE_MS

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_LEFT, _TOP, _ROW = 52, 24, 27
_PITCH = (WIDTH - _LEFT) // 24
_HOURS = (0, 6, 12, 18, 23)
_UPRIGHT_ROOM, _UPRIGHT_LEFT, _UPRIGHT_WIDTH, _UPRIGHT_HEIGHT = 320, 36, 40, 22


def draw_clock(clock: Mapping[tuple[int, int], int], *, name: str, label: str) -> Markup:
    """Draw (ISO weekday, hour) -> milliseconds: hours across, and once more downwards for phones.

    A path for all dots of one size: dot by dot, the hours of ten years would weigh 100 KB.
    The upright drawing borrows them, so ``name`` must be the only one of its page.
    pages.js gives each dot its name.
    """
    greatest = max(clock.values())
    dots: dict[int, str] = defaultdict(str)
    for (weekday, hour), ms in sorted(clock.items()):
        if ms:
            size = max(round(24 * sqrt(ms / greatest)), 2)
            x, y = _LEFT + hour * _PITCH + _PITCH // 2, _TOP + (weekday - 1) * _ROW + _ROW // 2
            dots[size] += f"M{x} {y}h0"
    ways = "".join(f'<path d="{dots[size]}" stroke-width="{size}"/>' for size in sorted(dots))
    minutes = ",".join(
        f"{round(clock.get((weekday, hour), 0) / MINUTE_MS)}"
        for weekday in range(1, 8)
        for hour in range(24)
    )
    lying = _draw_lying(f'<g id="{name}" class="week">{ways}</g>', minutes, label)
    return lying + _draw_upright(name, label)


def _draw_lying(dots: str, minutes: str, label: str) -> Markup:
    marks = [
        text(_LEFT + (hour + 0.5) * _PITCH, 12, f"{hour:02}", anchor="middle") for hour in _HOURS
    ]
    for row, weekday in enumerate(WEEKDAYS):
        y = _TOP + row * _ROW + _ROW // 2
        marks.append(text(0, y + 4, weekday[:3], "n"))
        marks.append(line(_LEFT, y, WIDTH, y, "grid"))
    height, data = _TOP + 7 * _ROW, {"minutes": minutes}
    return draw(WIDTH, height, [*marks, dots], label=label, css="clock wide", data=data)


def _draw_upright(name: str, label: str) -> Markup:
    """Draw the same dots with the days across, in the pixels of a small phone."""
    across, down = _UPRIGHT_WIDTH / _ROW, _UPRIGHT_HEIGHT / _PITCH
    right = _UPRIGHT_LEFT + _UPRIGHT_WIDTH / 2 - (_TOP + _ROW // 2) * across
    below = _TOP + _UPRIGHT_HEIGHT / 2 - (_LEFT + _PITCH // 2) * down
    marks = [text(0, _TOP + (hour + 0.5) * _UPRIGHT_HEIGHT + 4, f"{hour:02}") for hour in _HOURS]
    height = _TOP + 24 * _UPRIGHT_HEIGHT
    for column, weekday in enumerate(WEEKDAYS):
        x = _UPRIGHT_LEFT + (column + 0.5) * _UPRIGHT_WIDTH
        marks.append(text(x, 12, weekday[:3], "n", "middle"))
        marks.append(line(x, _TOP, x, height, "grid"))
    shift = f"{show(right)} {show(below)}"
    turn = f"matrix(0 {down:.4g} {across:.4g} 0 {shift})"
    marks.append(f'<use href="#{name}" transform="{turn}"/>')
    return draw(_UPRIGHT_ROOM, height + 2, marks, label=label, css="clock upright")
