"""Rows of time: a name and a bar as wide as there is room, on any screen.

The places are shares of the width, so that nothing is scaled: lines stay as thin, and
letters as large, as the stylesheet says.
"""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from everheard.rims.xml import escape


def draw_rows(rows: Iterable[tuple[str, Iterable[str]]], *, label: str, css: str) -> Markup:
    """Return rows of (name, marks); ``label`` says in words what they show."""
    drawn = "".join(
        f"<span>{escape(name)}</span><svg>{''.join(marks)}</svg>" for name, marks in rows
    )
    return Markup(  # noqa: S704 (every text in it went through escape)
        f'<div class="rows {css}" role="img" aria-label="{escape(label)}">{drawn}</div>'
    )


def mark(start: float, end: float, css: str, title: str) -> str:
    """Return a stretch between two shares of the width; the stylesheet gives its height."""
    return (
        f'<rect x="{show_share(start)}" width="{show_share(end - start)}" class="{css}">'
        f"<title>{escape(title)}</title></rect>"
    )


def name_place(start: float, said: str, css: str = "") -> str:
    """Return a label that begins at a share of the width."""
    kind = f' class="{css}"' if css else ""
    return f'<text x="{show_share(start)}" y="13"{kind}>{escape(said)}</text>'


def show_share(share: float) -> str:
    """Return a share as drawings write it."""
    return f"{100 * share:.2f}".rstrip("0").rstrip(".") + "%"
