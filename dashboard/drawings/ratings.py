"""Ratings against time heard: a dot an album, and names for those far off the rest."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import sqrt

from markupsafe import Markup

from dashboard.drawings.svg import WIDTH, circle, draw, line, show, text
from everheard.report.data import RatedAlbum
from everheard.report.words import HOUR_MS, MINUTE_MS, say_time

_LEFT, _TOP, _HEIGHT, _RIGHT = 52, 14, 240, 12
#: The last value of the time axis; a quarter of it stands half-way, for the scale is of areas.
_TICKS_MS = [minutes * MINUTE_MS for minutes in (4, 20, 40)] + [
    hours * HOUR_MS for hours in (1, 2, 4, 8, 12, 20, 40, 80, 120, 200, 400, 800)
]
#: Places in the two orders, as shares of all, differ by half: far off the rest.
_FAR = 0.5
_MOST_NAMED = 3
_LETTER, _LINE, _LONGEST = 7.0, 16, 30


@dataclass(frozen=True)
class Outliers:
    """Albums whose rating and time do not go together, the oddest first."""

    praised: Sequence[RatedAlbum]
    worn: Sequence[RatedAlbum]


def find_outliers(ratings: Sequence[RatedAlbum]) -> Outliers:
    """Return what is rated high and hardly heard, and what is heard much and rated low."""
    by_rating = sorted(one.rating for one in ratings)
    by_time = sorted(float(one.ms_listened) for one in ratings)
    far = {
        one: _find_share(by_rating, one.rating) - _find_share(by_time, one.ms_listened)
        for one in ratings
    }
    order = sorted(ratings, key=lambda one: (-far[one], one.place))
    praised = [one for one in order if far[one] >= _FAR]
    worn = [one for one in reversed(order) if far[one] <= -_FAR]
    return Outliers(praised[:_MOST_NAMED], worn[:_MOST_NAMED])


def _find_share(values: Sequence[float], value: float) -> float:
    return (bisect_left(values, value) + bisect_right(values, value)) / 2 / len(values)


def draw_ratings(ratings: Sequence[RatedAlbum], outliers: Outliers, *, label: str) -> Markup:
    """Draw rating upwards and time to the right; one path holds all dots without a name."""
    greatest = max(max(one.ms_listened for one in ratings), _TICKS_MS[0])
    named = [*outliers.praised, *outliers.worn]
    places = {one: _place(one, greatest) for one in ratings}
    dots = sorted({places[one] for one in ratings if one not in named})
    way = "".join(f"M{show(x)} {show(y)}h0" for x, y in dots)
    marks = [*_draw_axes(greatest), f'<path d="{way}" class="dots"/>']
    for one in named:
        said = f"{one.album_name}, {one.artist_name}: {one.rating:.0f}, {say_time(one.ms_listened)}"
        marks.append(circle(*places[one], 5, "i", said))
    marks += _name(named, places)
    return draw(WIDTH, _TOP + _HEIGHT + 30, marks, label=label, css="scatter wide")


def _place(one: RatedAlbum, greatest_ms: int) -> tuple[float, float]:
    room = WIDTH - _LEFT - _RIGHT
    x = _LEFT + room * sqrt(one.ms_listened / greatest_ms)
    return round(x), round(_TOP + _HEIGHT * (1 - one.rating / 100))


def _draw_axes(greatest_ms: int) -> Iterator[str]:
    base = _TOP + _HEIGHT
    for rating in (0, 50, 100):
        y = base - _HEIGHT * rating / 100
        yield line(_LEFT, y, WIDTH, y, "grid" if rating else "axis")
        yield text(_LEFT - 8, y + 4, str(rating), anchor="end")
    last = max(tick for tick in _TICKS_MS if tick <= greatest_ms)
    for ms in (0, last // 4, last):
        x = _LEFT + (WIDTH - _LEFT - _RIGHT) * sqrt(ms / greatest_ms)
        yield line(x, base, x, base + 5, "axis")
        yield text(x, base + 22, _say_tick(ms), anchor="middle" if ms else "start")


def _say_tick(ms: int) -> str:
    return f"{ms // HOUR_MS} h" if ms >= HOUR_MS or not ms else f"{ms // MINUTE_MS} min"


def _name(
    named: Sequence[RatedAlbum], places: dict[RatedAlbum, tuple[float, float]]
) -> Iterator[str]:
    """Yield a name beside each dot, moved up or down where another one stands already."""
    taken: list[tuple[float, float, float]] = []
    for one in named:
        x, y = places[one]
        name = one.album_name
        name = name if len(name) <= _LONGEST else name[: _LONGEST - 1].rstrip() + "…"
        length = len(name) * _LETTER + 20
        is_left = x + length > WIDTH
        start = x - length if is_left else x
        for shift in (0, _LINE, -_LINE, 2 * _LINE, -2 * _LINE):
            if _is_free(start, start + length, y + shift, taken):
                taken.append((start, start + length, y + shift))
                anchor = "end" if is_left else "start"
                yield text(x + (-10 if is_left else 10), y + shift + 4, name, "n", anchor)
                break


def _is_free(
    start: float, end: float, y: float, taken: Sequence[tuple[float, float, float]]
) -> bool:
    return y + 4 >= _TOP and all(
        end < left or right < start or abs(y - other) >= _LINE for left, right, other in taken
    )
