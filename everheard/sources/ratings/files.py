"""Files of ratings as people keep them: CSV in any of its ways, or Excel."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from everheard.rows import GivenRating
from everheard.sources.ratings.rows import BadRating, to_rating

COLUMNS = ("album", "artist", "rating", "date", "album_id", "listener")
_EXCEL = {".xlsx", ".xlsm"}
_LARGEST_FILE = 20 * 2**20


@dataclass
class RatingFile:
    """What a file holds: ratings by the number of their row, and the faults of the others."""

    ratings: dict[int, GivenRating] = field(default_factory=dict)
    faults: dict[int, BadRating] = field(default_factory=dict)


def read_rating_rows(path: Path) -> dict[int, dict[str, str]]:
    """Read a CSV or Excel file: its rows by number, each by the names of ``COLUMNS``.

    Row 1 holds the names of the columns, as in a spreadsheet; those after the rating may be
    missing. Raises BadRating where the file as a whole cannot be read.
    """
    numbered = enumerate(_read_rows(path), start=2)
    return {number: row for number, row in numbered if any(row.values())}


def to_rating_file(rows: dict[int, dict[str, str]], timezone: str) -> RatingFile:
    """Return the ratings that rows are; dates without a zone are the listener's."""
    found = RatingFile()
    for number, row in rows.items():
        try:
            found.ratings[number] = to_rating(row, timezone)
        except BadRating as fault:
            found.faults[number] = fault
    return found


def _read_rows(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        raise BadRating(f"There is no file {path.name}.")
    if path.stat().st_size > _LARGEST_FILE:
        raise BadRating(f"{path.name} is larger than 20 MB: split it.")
    frame = _read_frame(path)
    frame.columns = [str(name).strip().lower() for name in frame.columns]
    missing = [name for name in ("rating",) if name not in frame.columns]
    if not {"album", "album_id"} & set(frame.columns):
        missing.append("album")
    if missing:
        raise BadRating(
            f"{path.name} lacks the column {' and '.join(missing)}:"
            f" the first row names the columns ({', '.join(COLUMNS)})."
        )
    kept = frame[[name for name in COLUMNS if name in frame.columns]]
    return [
        {str(name): str(value).strip() for name, value in row.items()}
        for row in kept.to_dict("records")
    ]


def _read_frame(path: Path) -> Any:
    import pandas as pd  # half a second, which most runs need not pay

    try:
        if path.suffix.lower() in _EXCEL:
            return pd.read_excel(path, dtype=str, keep_default_na=False)
        return _read_csv(path)
    except (ValueError, BadZipFile, KeyError, OSError) as error:
        reason = str(error).split("\n")[0]
        raise BadRating(f"{path.name} is no CSV or Excel file that can be read: {reason}") from None


def _read_csv(path: Path) -> Any:
    """Read a CSV file with commas, semicolons or tabs, in UTF-8 or as Excel writes it."""
    import pandas as pd

    raw = path.read_bytes()
    encoding = "utf-16" if raw[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    try:
        first = raw.decode(encoding).partition("\n")[0]
    except UnicodeDecodeError:
        encoding = "cp1252"
        first = raw.decode(encoding, errors="replace").partition("\n")[0]
    separator = max(",;\t", key=first.count)
    return pd.read_csv(
        path, sep=separator, dtype=str, keep_default_na=False, encoding=encoding, index_col=False
    )
