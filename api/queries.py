"""What may be asked, as the document of the API describes it."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from everheard.rows import LONGEST_NAME

Method = Literal["average", "bayesian", "plays", "blend"]
#: Something to see, and no control characters.
Name = Annotated[
    str,
    Field(
        min_length=1,
        max_length=LONGEST_NAME,
        pattern=r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$",
    ),
]
Text = Annotated[str, Field(max_length=LONGEST_NAME, pattern=r"^[^\x00-\x1f\x7f]*$")]
Key = Annotated[int, Field(ge=1, le=2_147_483_647)]


def _read_date(text: object) -> object:
    """Take 2026-05-17 and nothing else; pydantic would take seconds since 1970, too."""
    if isinstance(text, str) and not re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
        raise ValueError("should be a day like 2026-05-17")
    return text


Day = Annotated[dt.date, BeforeValidator(_read_date)]


class Asked(BaseModel):
    """What a request may carry; anything else is refused, so that no misspelt word is ignored."""

    model_config = ConfigDict(extra="forbid")


class Paging(Asked):
    """Which part of a list is wanted."""

    limit: int = Field(50, ge=1, le=500, description="Rows of a page.")
    offset: int = Field(0, ge=0, le=1_000_000, description="Rows to pass over.")


class RateBody(Asked):
    """A rating to give."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"album": "To Pimp a Butterfly", "rating": 95}]},
    )
    album: Name
    rating: float = Field(strict=True, ge=0, le=100, allow_inf_nan=False)
    artist: Text | None = None
    album_id: Name | None = Field(None, description="Spotify's id; it wins over the title.")


class AlbumsQuery(Paging):
    """Which albums, in which order."""

    q: Text | None = Field(None, description="Part of the title, accents forgiven.")
    artist: Text | None = Field(None, description="Part of the artist's name.")
    year: int | None = Field(None, ge=0, le=9999, description="Year of release.")
    sort: Literal["album", "-album", "artist", "-artist", "release_date", "-release_date"] = "album"


class RankingQuery(Paging):
    """Which ranking, which part of it, in which order."""

    method: Method = "average"
    of: Literal["mine", "everyone"] = Field(
        "mine", description="everyone: all listeners together, for those who may see that."
    )
    artist: Text | None = Field(None, description="Part of the artist's name.")
    q: Text | None = Field(None, description="Part of the title.")
    min_rating: float | None = Field(None, ge=0, le=100, allow_inf_nan=False)
    sort: Literal[
        "rank",
        "-rank",
        "album",
        "-album",
        "artist",
        "-artist",
        "average_rating",
        "-average_rating",
        "hours_listened",
        "-hours_listened",
    ] = "rank"


class HistoryQuery(Paging):
    """Which days of which ranking."""

    method: Method = "average"
    of: Literal["mine", "everyone"] = "mine"
    date: Day | None = Field(None, description="One day; else first_date to last_date.")
    first_date: Day | None = Field(None, description="Left out: 30 days before last_date.")
    last_date: Day | None = Field(None, description="Left out: today.")
    album_key: Key | None = None
    album_id: Text | None = None


class RatingsQuery(Paging):
    """Which of one's own ratings."""

    all: bool = Field(False, description="Earlier ratings of an album, too.")
    album_key: Key | None = None


class SearchQuery(Asked):
    """What to look for."""

    q: Name
    kind: Literal["artist", "album", "track"] | None = None
    limit: int = Field(20, ge=1, le=100)


class ReportQuery(Asked):
    """Which day's report."""

    date: Day | None = Field(None, description="Left out: today so far.")


class IdPath(BaseModel):
    """Spotify's id, or the key of what has none."""

    id: Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9_-]+$")]
