"""The picture is drawn with the project's own letters, whatever the machine has."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import resvg_py

from dashboard import pictures


@pytest.mark.parametrize("name", ["2026.svg", "card.svg"])
def test_picture_needs_no_font_of_the_machine(written: Callable[[str], Path], name: str) -> None:
    svg = (written("one year with gaps") / name).read_text(encoding="utf-8")
    own = [str(path) for path in pictures.FONT_DIR.glob("*.ttf")]
    alone = resvg_py.svg_to_bytes(svg_string=svg, font_files=own, skip_system_fonts=True)
    assert pictures.draw_png(svg) == alone
    assert alone != resvg_py.svg_to_bytes(svg_string=svg, skip_system_fonts=True)
