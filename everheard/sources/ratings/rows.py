"""Texts -> ratings: what stands in a row of a file, a form or on the command line."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation

from everheard.failure import ExitCode, Failure
from everheard.names import fold_name
from everheard.rows import LONGEST_NAME, GivenRating
from everheard.zones import open_zone


class BadRating(Failure):
    """A rating, or a file of them, cannot be taken; the message says what is wrong with it.

    ``public`` says it without what was typed, for a log that may be anybody's.
    """

    exit_code = ExitCode.BAD_INPUT

    def __init__(self, message: str, public: str = "") -> None:
        super().__init__(message)
        self.public = public or str(self)


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
        raise _refuse("rating", text, "is no number from 0 to 100") from None
    if not rating.is_finite() or not 0 <= rating <= 100:
        raise _refuse("rating", text, "is not from 0 to 100")
    if rating != round(rating, 2):
        raise _refuse("rating", text, "has more than two decimals")
    return rating


def _refuse(what: str, text: str, why: str) -> BadRating:
    return BadRating(f"{what} {text.strip()[:20]!r} {why}", public=f"{what} {why}")


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
        raise _refuse("date", text, "is not like 2026-05-17") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=open_zone(timezone))
