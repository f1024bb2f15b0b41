"""A file that DuckDB refused, read row by row: what is whole is kept, the rest is named.

DuckDB takes a file whole or not at all. A scalar among the rows, half a surrogate pair, a
key given twice or a row that was cut cost one row here; what is no list of rows is refused.
However large or broken a file is, a few megabytes of it are held, and its letters are read a
bounded number of times.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from everheard.sources.spotify_export.archive import Refused
from everheard.sources.spotify_export.keys import READ_KEYS
from everheard.sources.spotify_export.window import Window

#: More letters in one row are no play; DuckDB takes a mebibyte, and one letter may take twelve.
LONGEST_ROW = 80_000
#: More rows in one file are no history: Spotify begins another after some 16,000.
MOST_ROWS = 1_000_000
#: A row that is lost says why under this key; its place in the file is kept.
FAULT = "everheard_fault"
_LOST = {FAULT: "no readable row"}
#: Letters that a row is looked for in: nearly every one, and every one that can be a play.
_USUAL, _MOST = 4096, 1 << 20
#: A letter is read so many times on average, until the file is given up.
_MOST_READINGS = 64
_SPACE = re.compile(r"[ \t\r\n]*")
_COMMAS = re.compile(r"[ \t\r\n,]*")
_NEXT_ROW = re.compile(r"\}\s*,\s*(?=\{)")
_END = re.compile(r"\}?\s*\]\s*\Z")
_SURROGATE = re.compile("[\ud800-\udfff]")


def check_start(path: Path) -> None:
    """Raise Refused unless the file begins like a list; an empty file must not pass for one."""
    with path.open("rb") as content:
        head = content.read(4096).removeprefix(b"\xef\xbb\xbf").lstrip()
    if not head:
        raise Refused("is empty: unpack or download it again")
    if not head.startswith(b"["):
        raise Refused("is no list of plays (byte 1): it should begin with [")


def repair(path: Path) -> int:
    """Put a file that can be read in a damaged one's place, each row in its own; or raise Refused.

    The damaged file itself is left alone: it may be the listener's own, under a second name.
    Returns how many letters were read to that end, again and again ones included.
    """
    mended = path.with_suffix(".mended")
    try:
        with path.open("rb") as damaged, mended.open("w", encoding="utf-8", newline="\n") as file:
            rows = _Rows(Window(damaged))
            for number, row in enumerate(rows.read()):
                if number >= MOST_ROWS:
                    raise Refused(
                        f"holds more than {MOST_ROWS:,} rows, as no file of a history does"
                    )
                file.write((",\n" if number else "[\n") + json.dumps(row))
            file.write("\n]" if rows.count else "[]")
        mended.replace(path)
    finally:
        mended.unlink(missing_ok=True)
    return rows.letters_read


class _Rows:
    """The rows of a damaged list, one after the other."""

    def __init__(self, window: Window) -> None:
        self.count = 0
        self.letters_read = 0
        self._window = window
        self._decoder = json.JSONDecoder()

    def read(self) -> Iterator[dict[str, Any]]:
        """Yield every row; of one that cannot be read, why not."""
        window = self._window
        window.skip(_SPACE)
        window.move(1)  # the list's bracket
        while not self._is_over():
            value, length, fault = self._decode()
            self.count += 1
            if length is None:
                yield _LOST
                self._skip_broken(fault)
                continue
            yield _clean_row(value)
            window.move(length)
            window.skip(_SPACE)
            if window.peek() not in (",", "]"):
                raise Refused(window.remember(0)())

    def _is_over(self) -> bool:
        self._window.skip(_COMMAS)  # a comma too many is no row
        if self._window.peek() != "]":
            return False
        self._window.move(1)
        self._window.skip(_SPACE)
        if self._window.peek():
            raise Refused(self._window.remember(0)())
        return True

    def _decode(self) -> tuple[Any, int | None, int]:
        """Return the value here and its length; or None for the length, and where the fault is."""
        fault = 0
        for size in (_USUAL, _MOST):
            text, is_all = self._window.look(size)
            try:
                value, length = self._decoder.raw_decode(text)
            except (ValueError, RecursionError) as error:  # one is a number of too many digits
                fault = getattr(error, "pos", 0)
                is_deep = isinstance(error, RecursionError)
                is_cut = is_deep or fault + 12 > len(text) or "Unterminated" in error.args[0]
                self._count(len(text) if is_cut else fault)
                if is_all or is_deep or not is_cut:
                    break
            else:
                self._count(length)
                if is_all or length < len(text):
                    return value, length, 0
        return None, None, fault

    def _count(self, letters: int) -> None:
        """Count letters that were read; give up on a file where they are too many."""
        self.letters_read += letters
        if self.letters_read > _MOST_READINGS * (self._window.letters_met + _MOST):
            raise Refused(self._window.remember(0)(", and in too many places after it"))

    def _skip_broken(self, fault: int) -> None:
        """Go to the comma after a broken row, or to the end of the list."""
        tell = self._window.remember(fault)
        if not self._window.go_to(_NEXT_ROW, ",") and not self._window.go_to_end(_END, "]"):
            raise Refused(tell())


def _clean_row(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        return _LOST
    row = {key: _clean_item(item) for key, item in value.items() if key in READ_KEYS}
    if sum(len(item) for item in row.values() if isinstance(item, str)) > LONGEST_ROW:
        return _LOST
    return row


def _clean_item(item: Any) -> Any:
    """Return a value that DuckDB takes as text, None where it holds more or is no number."""
    if isinstance(item, dict | list) or (isinstance(item, float) and not math.isfinite(item)):
        return None
    return _SURROGATE.sub("\ufffd", item) if isinstance(item, str) else item
