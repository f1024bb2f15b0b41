"""Shares: one line over months, and one dot an artist."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from dashboard.drawings.svg import WIDTH, circle, draw, line, path, text
from everheard.report.book import NewShare, Skips

_LEFT, _TOP, _HEIGHT = 52, 12, 150


def draw_new_share(shares: Sequence[NewShare], *, label: str) -> Markup:
    """Draw the share of time with artists first heard in the last 12 months, 0 to 100%."""
    pitch = (WIDTH - _LEFT - 44) / max(len(shares) - 1, 1)
    marks = []
    for pct in (0, 50, 100):
        y = _TOP + _HEIGHT * (1 - pct / 100)
        marks.append(line(_LEFT, y, WIDTH, y, "grid" if pct else "axis"))
        marks.append(text(_LEFT - 8, y + 4, f"{pct}%", anchor="end"))
    points = [
        (_LEFT + number * pitch, _TOP + _HEIGHT * (1 - share.pct / 100))
        for number, share in enumerate(shares)
    ]
    marks.append(path(points, "curve"))
    marks += [
        circle(x, y, 3, "m", f"{share.month:%B %Y}: {share.pct:.0f}%")
        for (x, y), share in zip(points, shares, strict=True)
    ]
    last_x, last_y = points[-1]
    marks.append(text(last_x + 8, last_y + 4, f"{shares[-1].pct:.0f}%", "n"))
    marks += _name_months(shares, pitch)
    return draw(WIDTH, _TOP + _HEIGHT + 26, marks, label=label, css="lines wide")


def _name_months(shares: Sequence[NewShare], pitch: float) -> list[str]:
    is_long = len(shares) > 24
    return [
        text(
            _LEFT + number * pitch,
            _TOP + _HEIGHT + 20,
            f"{share.month:{'%Y' if is_long else '%b'}}",
        )
        for number, share in enumerate(shares)
        if (share.month.month == 1 if is_long else number % 2 == 0)
    ]


def draw_skips(skips: Sequence[Skips], *, label: str) -> Markup:
    """Draw a dot an artist on a scale from 0 to 100% skipped."""
    left, row = 260, 27
    scale = (WIDTH - left - 60) / 100
    marks = [
        text(left + pct * scale, 12, f"{pct}%", anchor="middle" if pct else "start")
        for pct in (0, 50, 100)
    ]
    for number, artist in enumerate(skips):
        y = 24 + number * row + row / 2
        pct = 100 * artist.skip_count / artist.judged_count
        marks.append(text(0, y + 4, artist.artist_name[:30], "n"))
        marks.append(line(left, y, left + 100 * scale, y, "grid"))
        said = f"{artist.artist_name}: {artist.skip_count} of {artist.judged_count} skipped"
        marks.append(circle(left + pct * scale, y, 6, "m", said))
        marks.append(text(WIDTH, y + 4, f"of {artist.judged_count}", anchor="end"))
    return draw(WIDTH, 24 + len(skips) * row, marks, label=label, css="lines wide")
