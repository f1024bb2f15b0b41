"""Text that steers nothing: no control characters, no reversed direction, one line where asked."""

from __future__ import annotations

import re

#: All that begins a new line somewhere, and other white space that a terminal acts on.
_SPACES = re.compile("[\t\n\x0b\x0c\r\x1c-\x1f\x85\u2028\u2029]")
#: They change the direction of what stands beside them: a name could read as another.
_DIRECTIONS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f]")
#: What no terminal, no XML and no file of text should meet. Lone surrogates stand for bytes of a
#: file's name that are no letters.
_CONTROLS = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ufeff\ufff9-\ufffb\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
_PLANES_END = re.compile("[" + "".join(chr(plane << 16 | 0xFFFE) + chr(plane << 16 | 0xFFFF)
                                       for plane in range(1, 17)) + "]")  # fmt: skip


def to_line(text: object) -> str:
    """Return a name, or whatever came from outside, as a part of one line."""
    return clean(_SPACES.sub(" ", str(text)))


def clean(text: str) -> str:
    """Return text whose lines stay as they are, and whose characters all stand for themselves."""
    if text.isascii() and text.isprintable():
        return text
    told = _DIRECTIONS.sub("", text)
    told = "\n".join(
        _SPACES.sub(_keep_tab, line) for line in told.replace("\r\n", "\n").split("\n")
    )
    return _PLANES_END.sub("�", _CONTROLS.sub("�", told))


def _keep_tab(found: re.Match[str]) -> str:
    return "\t" if found[0] == "\t" else " "
