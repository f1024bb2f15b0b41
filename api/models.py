"""What is answered, as the document of the API describes it."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import BaseModel, Field, RootModel

from api.queries import Method

#: How sure a sum of time is, and a count; the words of the views.
Certainty = Literal["exact", "about", "at least", "not fully seen", "not seen"]
CountCertainty = Literal["exact", "at least", "not seen"]


class Contact(BaseModel):
    """When plays of the listener were last asked for; null where they never were."""

    last_contact_at: dt.datetime | None = Field(
        description="When Spotify was last asked for plays, whether it had any or not."
    )
    last_contact_by: str | None = Field(description="The machine that did it.")
    hours_since_contact: float | None = Field(description="As of this answer.")


class Status(Contact):
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
    certainty: Certainty
    count_certainty: CountCertainty


class DailyReport(Contact):
    """A day beside the thirty before it; numbers are null where ``certainty`` is "not seen"."""

    date: dt.date
    is_today: bool
    hours_listened: float | None
    hours_estimated: float | None
    certainty: Certainty
    play_count: int | None
    listen_count: int | None
    count_certainty: CountCertainty
    average_hours: float | None = Field(
        description="Over the wholly seen days of the thirty before; null where under seven are."
    )
    average_play_count: float | None = Field(description="The same of plays.")
    average_day_count: int = Field(description="How many of the thirty were wholly seen.")
    artist_count: int | None
    guest_count: int | None
    song_count: int | None
    new_artist_count: int | None
    session_count: int | None
    longest_session_hours: float | None
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
    certainty: Certainty | None = Field(
        description="Of hours_listened, as of the last run of rank_albums; null where none are."
    )


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
    play_count: int | None
    count_certainty: CountCertainty


class Numbers(BaseModel):
    """The listener's own numbers of all time; null where nothing was seen and nothing is known."""

    play_count: int | None
    listen_count: int | None
    hours_listened: float | None
    is_estimated: bool
    certainty: Certainty = Field(description="Of the hours.")
    count_certainty: CountCertainty = Field(description="Of the counts.")
    first_played_at: dt.datetime | None
    last_played_at: dt.datetime | None


class ArtistDetail(Numbers):
    """An artist, with plays as main artist and as guest."""

    artist: str
    artist_id: str | None
    artist_key: int
    image_url: str | None
    main_play_count: int | None
    featured_play_count: int | None


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
