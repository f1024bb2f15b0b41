"""Time by day, week or month: measured below, estimated above it, red where not seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dashboard.drawings.svg import WIDTH, draw, hollow, line, path, rect, show, text
from everheard.report.words import HOUR_MS, MINUTE_MS

_LEFT, _TOP, _HEIGHT, _FOOT = 44, 12, 190, 26
_STEPS_MS = [
    step * unit
    for unit, steps in ((MINUTE_MS, (5, 10, 20, 30)), (HOUR_MS, (1, 2, 5, 10, 20, 50, 100, 200)))
    for step in steps
]


@dataclass(frozen=True)
class Slot:
    """One bar: a day, a week or a month."""

    title: str
    ms_measured: int
    ms_estimated: int
    is_open: bool = False
    #: Written under the axis where not empty.
    label: str = ""
    #: The same slot of the period before; None where there is none.
    ms_before: int | None = None


def choose_step(greatest_ms: int) -> int:
    """Return the distance of the axis' three values."""
    return next((step for step in _STEPS_MS if step * 3 >= greatest_ms), _STEPS_MS[-1] * 2)


def draw_bars(slots: Sequence[Slot], *, label: str, unit_count: int | None = None) -> Markup:
    """Draw a bar a slot; ``unit_count`` leaves room for slots still to come."""
    greatest = max(max(slot.ms_measured + slot.ms_estimated, slot.ms_before or 0) for slot in slots)
    step = choose_step(max(greatest, 1))
    top = max(greatest, step * 2)
    pitch = (WIDTH - _LEFT) / (unit_count or len(slots))
    base = _TOP + _HEIGHT
    marks = list(_draw_axis(step, top))
    for number, slot in enumerate(slots):
        marks += _draw_slot(slot, _LEFT + number * pitch, pitch, base, _HEIGHT / top)
    marks.append(line(_LEFT, base, WIDTH, base, "axis"))
    if any(slot.ms_before for slot in slots):
        marks.append(_draw_before(slots, pitch, base, _HEIGHT / top))
    return draw(WIDTH, base + _FOOT, marks, label=label, css="bars wide")


def _draw_axis(step: int, top: int) -> list[str]:
    marks = []
    for number in range(1, 4):
        if number * step > top:
            break
        y = _TOP + _HEIGHT * (1 - number * step / top)
        value, unit = (step / HOUR_MS, "h") if step >= HOUR_MS else (step / MINUTE_MS, "min")
        marks.append(line(_LEFT, y, WIDTH, y, "grid"))
        marks.append(text(_LEFT - 8, y + 4, f"{round(number * value)} {unit}", anchor="end"))
    return marks


def _draw_slot(slot: Slot, x: float, pitch: float, base: float, scale: float) -> list[str]:
    width = pitch - min(3.0, pitch * 0.25)
    measured, estimated = slot.ms_measured * scale, slot.ms_estimated * scale
    marks = []
    if measured > 0:
        marks.append(rect(x, base - measured, width, measured, "m", slot.title))
    if estimated > 0:
        marks.append(hollow(x, base - measured - estimated, width, estimated, slot.title))
    if slot.is_open:
        marks.append(rect(x, base - 1, width, 5, "g", slot.title))
    if slot.label:
        marks.append(text(x, base + 20, slot.label))
    return marks


def _draw_before(slots: Sequence[Slot], pitch: float, base: float, scale: float) -> str:
    points = []
    for number, slot in enumerate(slots):
        y = base - (slot.ms_before or 0) * scale
        points += [(_LEFT + number * pitch, y), (_LEFT + (number + 1) * pitch, y)]
    return path(points, "before")


def draw_inline_bar(ms_measured: int, ms_estimated: int, greatest_ms: int) -> Markup:
    """Draw the bar at the end of a table's row."""
    scale = 300 / max(greatest_ms, 1)
    measured, estimated = ms_measured * scale, ms_estimated * scale
    marks = [f'<path d="M0 0h{measured:.0f}v11H0z" class="m"/>'] if measured > 0 else []
    if estimated > 0:
        marks.append(hollow(round(measured), 0, round(estimated), 11))
    return Markup(  # noqa: S704 (numbers only)
        f'<svg viewBox="0 0 300 11" class="inline" aria-hidden="true">{"".join(marks)}</svg>'
    )


def draw_count_bar(count: int, greatest: int) -> Markup:
    """Draw a bar that counts: grey, for the blue signs are about time."""
    return Markup(  # noqa: S704 (numbers only)
        '<svg viewBox="0 0 300 11" class="inline" aria-hidden="true">'
        f"{rect(0, 0, 300 * count / max(greatest, 1), 11, 's')}</svg>"
    )


def draw_spark(values: Sequence[int]) -> Markup:
    """Draw the small row of strokes under a figure; nothing for fewer than seven."""
    if len(values) < 7 or not any(values):
        return Markup("")
    greatest, pitch = max(values), 120 / len(values)
    width = pitch - min(1.0, pitch / 3)
    strokes = "".join(
        f"M{show(number * pitch)} 22v-{show(22 * value / greatest)}h{show(width)}V22z"
        for number, value in enumerate(values)
        if value
    )
    return Markup(  # noqa: S704 (numbers only)
        '<svg viewBox="0 0 120 22" class="spark" aria-hidden="true">'
        f'<path d="{strokes}" class="s"/><path d="M0 21.75H120" class="grid"/></svg>'
    )
