"""Cells of CSV and Excel, where a text that begins like a formula is one."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from typing import Any, TextIO

from everheard.rims.plain import to_line
from everheard.rims.secrets import hide_secrets

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\N{FULLWIDTH EQUALS SIGN}", "\N{FULLWIDTH PLUS SIGN}",
            "\N{FULLWIDTH HYPHEN-MINUS}", "\N{FULLWIDTH COMMERCIAL AT}")  # fmt: skip


def to_cell(value: object) -> object:
    """Return what stands in a cell: a text stays a text, numbers and dates are as they are."""
    if not isinstance(value, str):
        return value
    told = to_line(hide_secrets(value))
    return f"'{told}" if told.lstrip(" '\"").startswith(_FORMULA) else told


class CellWriter:
    """A CSV file, row by row."""

    def __init__(self, file: TextIO) -> None:
        self._writer: Any = csv.writer(file)

    def write(self, row: Iterable[object]) -> None:
        """Write one row."""
        self._writer.writerow([to_cell(value) for value in row])
