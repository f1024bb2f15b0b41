"""What goes in and comes out, as the document of the API describes it."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, RootModel

from everheard.warehouse.ratings import LONGEST_NAME

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


class Status(BaseModel):
    """What the ledger holds."""

    name: str
    version: str
    listener: str | None
    plays: int
    ratings: int
    last_played_at: dt.datetime | None
    ranked_at: dt.datetime | None
    documentation: str


class DayTop(BaseModel):
    """One place of one list of a day."""

    list: str
    place: int
    name: str
    artist: str | None
    play_count: int
    hours_listened: float
    certainty: str


class DailyReport(BaseModel):
    """A day beside the thirty before it; ``certainty`` says how its hours are to be read."""

    date: dt.date
    is_today: bool
    hours_listened: float
    hours_estimated: float
    certainty: str
    play_count: int
    listen_count: int
    count_certainty: str
    average_hours: float | None
    average_play_count: float | None
    artist_count: int
    guest_count: int
    song_count: int
    new_artist_count: int
    session_count: int
    longest_session_hours: float
    excluded_play_count: int
    open_gap_count: int
    top: list[DayTop]


class Health(BaseModel):
    """Whether requests can be answered."""

    status: Literal["ok"]


class Album(BaseModel):
    """One album; ``source`` says whether it is the ledger's or an example."""

    album: str
    artist: str
    source: Literal["ledger", "sample"]
    album_id: str | None
    album_key: int | None
    album_type: str | None
    release_date: dt.date | None
    image_url: str | None


class Ranked(BaseModel):
    """One place of a ranking."""

    album: str
    average_rating: float | None
    num_ratings: int
    artist: str
    album_id: str | None
    album_key: int
    rank: int
    method: Method
    score: float
    hours_listened: float
    places_up_since_yesterday: int | None
    places_up_since_last_week: int | None
    places_up_since_last_month: int | None


class PastRank(BaseModel):
    """One place on one day."""

    date: dt.date
    rank: int
    album: str
    artist: str
    album_id: str | None
    album_key: int
    method: Method


class Rating(BaseModel):
    """One rating of one's own."""

    album: str
    rating: float
    artist: str
    album_id: str | None
    album_key: int
    rated_at: dt.datetime
    is_latest: bool
    source: str


class Rated(BaseModel):
    """A rating that was just given."""

    album: str
    rating: float
    artist: str
    album_id: str | None
    album_key: int
    rated_at: dt.datetime
    is_known_by_name_only: bool


class Found(BaseModel):
    """Something found; ``score`` is 1 where the words are the same."""

    kind: Literal["artist", "album", "track"]
    name: str
    artist: str | None
    id: str | None
    key: int
    score: float
    play_count: int


class Numbers(BaseModel):
    """The listener's own numbers; estimated where not all time was measured."""

    play_count: int
    listen_count: int
    hours_listened: float
    is_estimated: bool
    first_played_at: dt.datetime | None
    last_played_at: dt.datetime | None


class ArtistDetail(Numbers):
    """An artist, with plays as main artist and as guest."""

    artist: str
    artist_id: str | None
    artist_key: int
    image_url: str | None
    main_play_count: int
    featured_play_count: int


class AlbumDetail(Numbers):
    """An album, with the rating that counts."""

    album: str
    artist: str
    album_id: str | None
    album_key: int
    album_type: str | None
    release_date: dt.date | None
    track_count: int | None
    image_url: str | None
    rating: float | None


class Credit(BaseModel):
    """An artist on a track."""

    artist: str
    artist_id: str | None
    role: Literal["main", "featured"]


class TrackDetail(Numbers):
    """A track; all tracks of one recording count together."""

    track: str
    track_id: str | None
    track_key: int
    duration_ms: int | None
    isrc: str | None
    album: str | None
    album_id: str | None
    artists: list[Credit]


class AlbumList(RootModel[list[Album]]):
    """Albums."""


class RankingList(RootModel[list[Ranked]]):
    """A ranking, best first."""


class PastRankList(RootModel[list[PastRank]]):
    """Places of past days, the newest first."""


class RatingList(RootModel[list[Rating]]):
    """Ratings, the newest first."""


class FoundList(RootModel[list[Found]]):
    """What was found, best first."""
