"""SVG to PNG, without a browser."""

from __future__ import annotations

from functools import cache

import vl_convert

from dashboard.statement import FONT_DIR


def draw_png(svg: str) -> bytes:
    """Return the picture as PNG, at the size the SVG names.

    Letters that the font lacks (Japanese, emoji) come from the machine's fonts.
    """
    _register_fonts()
    return bytes(vl_convert.svg_to_png(svg))


@cache
def _register_fonts() -> None:
    vl_convert.register_font_directory(str(FONT_DIR))
