"""SVG to PNG, without a browser."""

from __future__ import annotations

import resvg_py

from dashboard.statement import FONT_DIR

_FONTS = [str(path) for path in sorted(FONT_DIR.glob("*.ttf"))]


def draw_png(svg: str) -> bytes:
    """Return the picture as PNG, at the size the SVG names.

    Letters that the font lacks (Japanese, emoji) come from the machine's fonts.
    """
    return resvg_py.svg_to_bytes(svg_string=svg, font_files=_FONTS)
