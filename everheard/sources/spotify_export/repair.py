"""A file that DuckDB refused, read row by row: what is whole is kept, the rest is named.

DuckDB takes a file whole or not at all. A scalar among the rows, half a surrogate pair, a
key given twice or a row that was cut cost one row here; what is no list of rows is refused.
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

#: More letters in one row are no play; DuckDB takes a mebibyte, and one letter may take twelve.
LONGEST_ROW = 80_000
#: A row that is lost says why under this key; its place in the file is kept.
FAULT = "everheard_fault"
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
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Refused("is not UTF-8 (byte 1): save it as Spotify sent it")
    if not head.startswith(b"["):
        raise Refused("is no list of plays (byte 1): it should begin with [")


def repair(path: Path) -> None:
    """Put a file that can be read in a damaged one's place, each row in its own; or raise Refused.

    The damaged file itself is left alone: it may be the listener's own, under a second name.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused(f"is not UTF-8 (byte {error.start + 1}): download it again") from None
    rows = list(_read_rows(text))
    path.unlink()
    with path.open("x", encoding="utf-8", newline="\n") as file:
        file.write("[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]")


def _read_rows(text: str) -> Iterator[dict[str, Any]]:
    decoder = json.JSONDecoder()
    place = _skip(_SPACE, text, 0) + 1
    while True:
        place = _skip(_COMMAS, text, place)  # a comma too many is no row
        if text[place : place + 1] == "]":
            break
        try:
            value, place = decoder.raw_decode(text, place)
            yield _clean_row(value)
            place = _skip(_SPACE, text, place)
            if text[place : place + 1] not in (",", "]"):
                raise json.JSONDecodeError("no comma", text, place)
        except (ValueError, RecursionError) as error:  # one is a number of too many digits
            at = getattr(error, "pos", place)
            if not isinstance(error, RecursionError) and str(error).startswith("no comma"):
                raise Refused(_tell_place(text, at)) from None
            yield {FAULT: "no readable row"}
            place = _find_next(text, place, at)
    if text[place + 1 :].strip():
        raise Refused(_tell_place(text, place + 1))


def _find_next(text: str, start: int, fault: int) -> int:
    """Return where the comma after a broken row, or the end of the list, is."""
    following = _NEXT_ROW.search(text, start)
    if following:
        return text.index(",", following.start())
    end = _END.search(text, max(start, len(text) - 200))
    if not end:
        raise Refused(_tell_place(text, fault))
    return text.index("]", end.start())


def _tell_place(text: str, place: int) -> str:
    line = text.count("\n", 0, place) + 1
    column = place - text.rfind("\n", 0, place)
    end = " and ends there" if place >= len(text.rstrip()) else ""
    return f"is damaged at line {line}, column {column}{end}: unpack or download it again"


def _skip(what: re.Pattern[str], text: str, place: int) -> int:
    found = what.match(text, place)
    return found.end() if found else place


def _clean_row(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        return {FAULT: "no readable row"}
    row = {key: _clean_item(item) for key, item in value.items() if key in READ_KEYS}
    if sum(len(item) for item in row.values() if isinstance(item, str)) > LONGEST_ROW:
        return {FAULT: "no readable row"}
    return row


def _clean_item(item: Any) -> Any:
    """Return a value that DuckDB takes as text, None where it holds more or is no number."""
    if isinstance(item, dict | list) or (isinstance(item, float) and not math.isfinite(item)):
        return None
    return _SURROGATE.sub("\ufffd", item) if isinstance(item, str) else item
