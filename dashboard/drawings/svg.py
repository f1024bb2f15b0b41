"""The few marks that all drawings are made of."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from everheard.rims.xml import escape

#: Width of the column beside the margin on a wide screen, in CSS pixels.
WIDTH = 896


def draw(
    width: float,
    height: float,
    marks: Iterable[str],
    *,
    label: str,
    css: str = "",
    data: dict[str, str] | None = None,
) -> Markup:
    """Return a drawing; ``label`` says in words what it shows, ``data`` goes along for scripts."""
    attributes = "".join(f' data-{name}="{value}"' for name, value in (data or {}).items())
    size = f"0 0 {show(width)} {show(height)}"
    return Markup(  # noqa: S704 (every text in it went through escape)
        f'<svg viewBox="{size}" class="{css}"{attributes} role="img"'
        f' aria-label="{escape(label)}">{"".join(marks)}</svg>'
    )


def rect(x: float, y: float, width: float, height: float, css: str, title: str = "") -> str:
    """Return a bar or a cell."""
    size = f'x="{show(x)}" y="{show(y)}" width="{show(width)}" height="{show(height)}"'
    return _close(f"<rect {size}{_name_class(css)}", "rect", title)


def hollow(x: float, y: float, width: float, height: float, title: str = "") -> str:
    """Return an estimated bar: an outline that lies wholly inside its place."""
    line = min(1.5, width / 2, height / 2)
    if line < 0.75:
        return rect(x, y, max(width, 0.3), max(height, 0.3), "e thin", title)
    half = line / 2
    return rect(x + half, y + half, width - line, height - line, "e", title)


def circle(x: float, y: float, radius: float, css: str, title: str = "") -> str:
    """Return a dot."""
    place = f'cx="{show(x)}" cy="{show(y)}" r="{show(radius)}"'
    return _close(f"<circle {place}{_name_class(css)}", "circle", title)


def line(x1: float, y1: float, x2: float, y2: float, css: str) -> str:
    """Return a straight line."""
    return f'<path d="M{show(x1)} {show(y1)}L{show(x2)} {show(y2)}" class="{css}"/>'


def path(points: Iterable[tuple[float, float]], css: str) -> str:
    """Return a line through points."""
    way = "L".join(f"{show(x)} {show(y)}" for x, y in points)
    return f'<path d="M{way}" class="{css}"/>'


def text(x: float, y: float, content: str, css: str = "", anchor: str = "start") -> str:
    """Return a label; ``y`` is its base line."""
    place = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return f'<text x="{show(x)}" y="{show(y)}"{place}{_name_class(css)}>{escape(content)}</text>'


def _name_class(css: str) -> str:
    return f' class="{css}"' if css else ""


def _close(opened: str, tag: str, title: str) -> str:
    return f"{opened}><title>{escape(title)}</title></{tag}>" if title else f"{opened}/>"


def show(value: float) -> str:
    """Return a length as drawings write it: to a tenth of a pixel."""
    return f"{value:.1f}".rstrip("0").rstrip(".")
