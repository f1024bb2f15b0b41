"""The hours of the week: 7 by 24 dots, area is time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from math import sqrt

from markupsafe import Markup

from dashboard.drawings.svg import WIDTH, draw, line, text
from everheard.report.words import MINUTE_MS

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_LEFT, _TOP, _ROW = 52, 24, 27


def draw_clock(clock: Mapping[tuple[int, int], int], *, label: str) -> Markup:
    """Draw (ISO weekday, hour) -> milliseconds; book.js gives each dot its name.

    A path for all dots of one size: dot by dot, the hours of ten years would weigh 100 KB.
    """
    greatest = max(clock.values())
    pitch = (WIDTH - _LEFT) // 24
    marks = [
        text(_LEFT + hour * pitch + pitch / 2, 12, f"{hour:02}", anchor="middle")
        for hour in (0, 6, 12, 18, 23)
    ]
    dots: dict[int, str] = defaultdict(str)
    for row, weekday in enumerate(WEEKDAYS):
        y = _TOP + row * _ROW + _ROW // 2
        marks.append(text(0, y + 4, weekday[:3], "n"))
        marks.append(line(_LEFT, y, WIDTH, y, "grid"))
        for hour in range(24):
            if ms := clock.get((row + 1, hour), 0):
                size = max(round(24 * sqrt(ms / greatest)), 2)
                dots[size] += f"M{_LEFT + hour * pitch + pitch // 2} {y}h0"
    marks += [f'<path d="{dots[size]}" stroke-width="{size}"/>' for size in sorted(dots)]
    minutes = ",".join(
        f"{round(clock.get((weekday, hour), 0) / MINUTE_MS)}"
        for weekday in range(1, 8)
        for hour in range(24)
    )
    height, data = _TOP + 7 * _ROW, {"minutes": minutes}
    return draw(WIDTH, height, marks, label=label, css="clock wide", data=data)
