"""Ratings as people write them: a CSV or Excel file, GitHub's form, the command line."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from zipfile import BadZipFile
from zoneinfo import ZoneInfo

from everheard.failure import ExitCode, Failure
from everheard.names import fold_name
from everheard.rows import LONGEST_NAME, GivenRating

COLUMNS = ("album", "artist", "rating", "date", "album_id")
_EXCEL = {".xlsx", ".xlsm"}
_LARGEST_FILE = 20 * 2**20


class BadRating(Failure):
    """A rating, or a file of them, cannot be taken; the message says what is wrong with it."""

    exit_code = ExitCode.BAD_INPUT


@dataclass
class RatingFile:
    """What a file holds: ratings by the number of their row, and the faults of the others."""

    ratings: dict[int, GivenRating] = field(default_factory=dict)
    faults: dict[int, str] = field(default_factory=dict)


def read_rating_file(path: Path, timezone: str) -> RatingFile:
    """Read a CSV or Excel file with the columns album, artist, rating and perhaps date, album_id.

    Row 1 holds the names of the columns, as in a spreadsheet. Dates without a zone are the
    listener's. Raises BadRating where the file as a whole cannot be read.
    """
    found = RatingFile()
    for number, row in enumerate(_read_rows(path), start=2):
        if not any(row.values()):
            continue
        try:
            found.ratings[number] = to_rating(row, timezone)
        except BadRating as fault:
            found.faults[number] = str(fault)
    return found


def to_rating(row: dict[str, str], timezone: str) -> GivenRating:
    """Return the rating that a row of texts is; raise BadRating saying what is wrong."""
    album_id = row.get("album_id") or None
    title = check_name("album", row.get("album", ""))
    if not title and not album_id:
        raise BadRating("names no album")
    return GivenRating(
        title=title,
        rating=parse_rating(row.get("rating", "")),
        artist=check_name("artist", row.get("artist", "")),
        album_id=album_id,
        rated_at=_parse_moment(row.get("date", ""), timezone),
    )


def parse_rating(text: str) -> Decimal:
    """Read a number from 0 to 100 with two decimals at most."""
    try:
        rating = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        raise BadRating(f"rating {text.strip()[:20]!r} is no number from 0 to 100") from None
    if not rating.is_finite() or not 0 <= rating <= 100:
        raise BadRating(f"rating {text.strip()[:20]!r} is not from 0 to 100")
    if rating != round(rating, 2):
        raise BadRating(f"rating {text.strip()[:20]!r} has more than two decimals")
    return rating


def check_name(what: str, text: str) -> str:
    """Return a title or name without space around it; raise BadRating where it cannot be one."""
    name = text.strip()
    if len(name) > LONGEST_NAME:
        raise BadRating(f"{what} is longer than {LONGEST_NAME} characters")
    if "\0" in name or any("\ud800" <= character <= "\udfff" for character in name):
        raise BadRating(f"{what} holds a character that is none")
    if name and not fold_name(name):
        raise BadRating(f"{what} is blank")
    return name


def _parse_moment(text: str, timezone: str) -> datetime | None:
    if not text.strip():
        return None
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise BadRating(f"date {text.strip()[:20]!r} is not like 2026-05-17") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(timezone))


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
