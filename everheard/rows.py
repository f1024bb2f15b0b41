"""The rows that every source hands to the ledger: one shape, whatever brought them.

Rows point at one another by reference numbers that hold within one batch; the
ledger turns them into surrogate keys. Reference 0 means "unknown".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

#: By which source a play is known (ms_source), where that is no poll (0) and no history (1).
FROM_WATCHER, FROM_SCROBBLE = 2, 3
#: How well a row is described (metadata_level): a better one overwrites a worse one.
BLANK, NAMED, FROM_PLAY, FROM_ANSWER = 0, 1, 2, 3


class ArtistRow(NamedTuple):
    """One artist: by Spotify id, or by folded name where ``artist_id`` is None."""

    artist_ref: int
    artist_id: str | None
    name: str
    folded_name: str
    image_url: str | None
    metadata_level: int


class AlbumRow(NamedTuple):
    """One album: by Spotify id, or by folded title and artist where ``album_id`` is None."""

    album_ref: int
    album_id: str | None
    name: str
    folded_name: str
    folded_artist_name: str
    album_type: str | None
    release_date: date | None
    release_date_precision: str | None
    total_track_count: int | None
    image_url: str | None
    metadata_level: int


class TrackRow(NamedTuple):
    """One track: by URI, or by folded title and artist where ``track_uri`` is None."""

    track_ref: int
    track_id: str | None
    track_uri: str | None
    name: str
    folded_name: str
    folded_artist_name: str
    album_ref: int
    duration_ms: int | None
    isrc: str | None
    disc_number: int | None
    track_number: int | None
    is_explicit: bool | None
    is_local: bool
    metadata_level: int


class CreditRow(NamedTuple):
    """One artist on one track or album; ``artist_role`` is main or featured."""

    owner_ref: int
    artist_ref: int
    artist_position: int
    artist_role: str


class ContextRow(NamedTuple):
    """Where a play was started from."""

    context_ref: int
    context_uri: str
    context_type: str


class PollRow(NamedTuple):
    """One play as a poll reported it; ``played_at`` is its end, UTC, with milliseconds."""

    played_at: datetime
    track_ref: int
    context_ref: int


class ToldRow(NamedTuple):
    """One play as a watcher (``ms_source`` 2) or a scrobbling service (3) told it.

    ``told_at``: its end where a watcher tells it, its start where a scrobble does, UTC.
    ``ms_played``: as a watcher measured it; ``length_ms``: of the track, where the source told it.
    """

    told_at: datetime
    track_ref: int
    context_ref: int
    ms_source: int
    ms_played: int | None
    length_ms: int | None


@dataclass
class StagedRows:
    """One batch, by the temporary table that takes it (``staged_`` before the name)."""

    artist: list[ArtistRow] = field(default_factory=list)
    album: list[AlbumRow] = field(default_factory=list)
    album_artist: list[CreditRow] = field(default_factory=list)
    track: list[TrackRow] = field(default_factory=list)
    track_artist: list[CreditRow] = field(default_factory=list)
    context: list[ContextRow] = field(default_factory=list)
    poll: list[PollRow] = field(default_factory=list)
    told: list[ToldRow] = field(default_factory=list)


class Moment(NamedTuple):
    """What a polled play is recognised by: its end and the track's URI (None: no URI)."""

    played_at: datetime
    track_uri: str | None


#: Nothing was played on Spotify before this day; histories are held to it in sql/duckdb/entry.sql.
FIRST_MOMENT = datetime(2006, 4, 23, tzinfo=UTC)


class Page(NamedTuple):
    """What the ledger needs to know of one answer of recently-played.

    ``moments`` are in the order of time. ``is_full``: the answer held as many items
    as Spotify ever shows, so that older plays may have sunk below its edge.
    ``oldest_duration_ms``: length of the oldest item's track, 0 where unknown; items from
    before FIRST_MOMENT are none of them.
    """

    moments: tuple[Moment, ...]
    is_full: bool
    oldest_duration_ms: int


class StagedCsv(NamedTuple):
    """One temporary table of a large batch, as a CSV file without header, in UTF-8."""

    table: str
    columns: tuple[str, ...]
    path: Path


class FileTally(NamedTuple):
    """What became of the rows of one imported file; the counts add up to ``read_count``."""

    file_number: int
    read_count: int
    added_count: int
    matched_count: int
    known_count: int
    episode_count: int
    unattributed_count: int
    skipped_count: int


class SkippedRow(NamedTuple):
    """One row of an imported file that did not become a play; rows count from 1."""

    file_number: int
    row_number: int
    reason: str


class ToldTime(NamedTuple):
    """From the first to the last moment that rows tell, both in it."""

    start: datetime
    end: datetime


class ToldSpan(NamedTuple):
    """A stretch that an import covers whole; ``is_from_start``: nothing was played before it."""

    start: datetime
    end: datetime
    is_from_start: bool
    source_name: str


class Span(NamedTuple):
    """A stretch of time that some import covers whole, and the name of what covers it."""

    start: datetime
    end: datetime
    source_name: str


#: What is longer is no title; folded names are cut here too (fold_name).
LONGEST_NAME = 300


@dataclass(frozen=True)
class GivenRating:
    """One rating as it was given: an album by id, or by title and perhaps artist."""

    title: str
    rating: Decimal
    artist: str = ""
    album_id: str | None = None
    rated_at: datetime | None = None
