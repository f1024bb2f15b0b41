"""Columns of a terminal: how wide text is there, and where a line may break.

Standard library only, as all of the rims: start.py says things before anything is installed.
"""

from __future__ import annotations

import re
import unicodedata

#: Two columns for what Chinese, Japanese and Korean are written with, and for most emoji.
_WIDE = {"W", "F"}
#: What stands on another letter takes no room: accents, and joiners between the parts of an emoji.
_NOTHING = {"Mn", "Me", "Cf"}
#: Narrower than this no line is broken: there would be nothing but breaks.
_NARROWEST = 40
_TABLE_GAP = re.compile(r"(?<=\S)  +(?=\S)")


def measure(text: str) -> int:
    """Return how many columns text takes."""
    if text.isascii():
        return len(text)
    return sum(map(_measure_one, text))


def _measure_one(character: str) -> int:
    if unicodedata.category(character) in _NOTHING:
        return 0
    return 2 if unicodedata.east_asian_width(character) in _WIDE else 1


def fit(text: str, width: int, *, is_right: bool = False) -> str:
    """Return text in exactly so many columns: cut off where it is longer, else filled."""
    kept, used = "", 0
    for character in text:
        one = _measure_one(character)
        if used + one > width:
            break
        kept, used = kept + character, used + one
    gap = " " * (width - used)
    return gap + kept if is_right else kept + gap


def wrap(line: str, columns: int) -> str:
    """Return a line broken at words where it is longer; what follows stands below what is said.

    A row of a table stays as it is, and so does a word that is longer than a line: it may be
    an address that somebody copies.
    """
    gaps = list(_TABLE_GAP.finditer(line))
    if measure(line) <= columns or columns < _NARROWEST or len(gaps) > 1:
        return line
    indent = len(line) - len(line.lstrip())
    hang = gaps[0].end() if gaps and gaps[0].end() <= columns // 2 else indent
    lines, now = [], line[:hang]
    used = measure(now)
    is_empty = True
    for word in line[hang:].split(" "):
        width = measure(word)
        if not is_empty and used + 1 + width > columns:
            lines.append(now)
            now, used, is_empty = " " * hang, hang, True
        now += word if is_empty else f" {word}"
        used += width + (not is_empty)
        is_empty = False
    return "\n".join([*lines, now])
