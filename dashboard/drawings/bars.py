"""Time by day, week or month: measured below, estimated above it, red where not seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dashboard.drawings.rows import show_share
from dashboard.drawings.svg import hollow, path, rect, show, text
from everheard.report.words import HOUR_MS, MINUTE_MS
from everheard.rims.xml import escape

#: Where the values of the axis end, in their own column.
_BASE, _HEIGHT, _SCALE = 202, 190, 44
#: The width of an outline.
_LINE = 1.5
_MOST_ON_A_PHONE, _MOST_HOLLOW, _MOST_LABELS = 60, 150, 8
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
    """Draw a bar a slot; ``unit_count`` leaves room for slots still to come.

    Bars are shares of the width, so that a phone shows them all; many months scroll, for a
    hollow bar as thin as its own line would look filled.
    """
    greatest = max(max(slot.ms_measured + slot.ms_estimated, slot.ms_before or 0) for slot in slots)
    step = choose_step(max(greatest, 1))
    top = max(greatest, step * 2)
    count = unit_count or len(slots)
    values = [number * step for number in range(1, 4) if number * step <= top]
    marks = [_cross(_BASE - _HEIGHT * value / top, "grid") for value in values]
    for number, slot in enumerate(slots):
        marks += _draw_slot(slot, number, count, _HEIGHT / top)
    marks += [_cross(_BASE, "axis"), *_draw_labels(slots, count)]
    if any(slot.ms_before for slot in slots):
        marks.append(_draw_before(slots, count, _HEIGHT / top))
    scale = [
        text(_SCALE, _BASE - _HEIGHT * ms / top + 4, _say_value(ms), anchor="end") for ms in values
    ]
    size = " wide" if count > _MOST_ON_A_PHONE else ""
    return Markup(  # noqa: S704 (every text in it went through escape)
        f'<div class="bars{size}" role="img" aria-label="{escape(label)}">'
        f"<svg>{''.join(scale)}</svg><svg>{''.join(marks)}</svg></div>"
    )


def _say_value(ms: int) -> str:
    return f"{round(ms / HOUR_MS)} h" if ms >= HOUR_MS else f"{round(ms / MINUTE_MS)} min"


def _cross(y: float, css: str) -> str:
    return f'<line x2="100%" y1="{show(y)}" y2="{show(y)}" class="{css}"/>'


def _draw_slot(slot: Slot, number: int, count: int, scale: float) -> list[str]:
    measured, estimated = slot.ms_measured * scale, slot.ms_estimated * scale
    start = number / count
    marks = []
    if measured > 0:
        marks.append(_draw_bar(start, 0.85 / count, _BASE - measured, measured, "m", slot.title))
    if estimated > 0:
        bottom = _BASE - measured
        if estimated < _LINE or count > _MOST_HOLLOW:
            place = (start, 0.85 / count, bottom - estimated, estimated)
            marks.append(_draw_bar(*place, "e thin", slot.title))
        else:  # the outline lies inside the bar's own place
            place = (start + 0.06 / count, 0.75 / count, bottom - estimated, estimated)
            marks.append(_draw_bar(*_inset(place), "e", slot.title))
    if slot.is_open:
        marks.append(_draw_bar(start, 0.85 / count, _BASE - 1, 5, "g", slot.title))
    return marks


def _draw_labels(slots: Sequence[Slot], count: int) -> Iterator[str]:
    """Yield what stands under the axis; a phone has room for every other one of many."""
    labelled = [(number, slot.label) for number, slot in enumerate(slots) if slot.label]
    for place, (number, said) in enumerate(labelled):
        odd = ' class="odd"' if place % 2 and len(labelled) > _MOST_LABELS else ""
        yield f'<text x="{show_share(number / count)}" y="{_BASE + 20}"{odd}>{escape(said)}</text>'


def _inset(place: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    start, width, y, height = place
    return start, width, y + _LINE / 2, max(height - _LINE, 0.1)


def _draw_bar(start: float, width: float, y: float, height: float, css: str, title: str) -> str:
    return (
        f'<rect x="{show_share(start)}" y="{show(y)}" width="{show_share(width)}"'
        f' height="{show(height)}" class="{css}"><title>{escape(title)}</title></rect>'
    )


def _draw_before(slots: Sequence[Slot], count: int, scale: float) -> str:
    """Draw the year before as a step line, stretched over the bars without growing thicker."""
    points = []
    for number, slot in enumerate(slots):
        y = _BASE - (slot.ms_before or 0) * scale
        points += [(number, y), (number + 1, y)]
    return (
        f'<svg viewBox="0 0 {count} {_BASE}" preserveAspectRatio="none" class="over">'
        f"{path(points, 'before')}</svg>"
    )


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
