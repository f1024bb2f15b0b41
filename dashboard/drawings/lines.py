"""Shares: one line over months, and one dot an artist."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from dashboard.drawings.rows import draw_rows, show_share
from dashboard.drawings.svg import WIDTH, circle, draw, line, path, text
from everheard.report.data import NewShare, Skips
from everheard.rims.xml import escape

_LEFT, _TOP, _HEIGHT = 52, 12, 150
#: Where a hundred per cent lie; beyond it stands of how many plays.
_SKIPS_END = 0.82


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
    scale = [
        _draw_label(0, "0%", "start"),
        _draw_label(_SKIPS_END / 2, "50%", "middle"),
        _draw_label(_SKIPS_END, "100%", "middle"),
    ]
    rows = [(one.artist_name, _draw_skip(one)) for one in skips]
    return draw_rows([("", scale), *rows], label=label, css="skips")


def _draw_skip(one: Skips) -> list[str]:
    share = one.skip_count / one.judged_count
    said = f"{one.artist_name}: {one.skip_count} of {one.judged_count} skipped"
    return [
        f'<line x2="{show_share(_SKIPS_END)}" y1="13.5" y2="13.5" class="grid"/>',
        f'<circle cx="{show_share(_SKIPS_END * share)}" cy="13.5" r="6" class="m">'
        f"<title>{escape(said)}</title></circle>",
        _draw_label(1, f"of {one.judged_count:,}", "end"),
    ]


def _draw_label(share: float, said: str, anchor: str) -> str:
    return f'<text x="{show_share(share)}" y="18" text-anchor="{anchor}">{escape(said)}</text>'
