"""The shapes that a page is made from: what the views say about one listener."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from everheard.report.totals import SeenDays, Total


@dataclass(frozen=True)
class Day:
    """One day on the listener's calendar."""

    play_date: date
    total: Total


@dataclass(frozen=True)
class PeriodStep:
    """A week or a month of a period."""

    first_date: date
    last_date: date
    total: Total


@dataclass(frozen=True)
class RankedPlace:
    """One line of a list by time listened: an artist, a song or an album."""

    place: int
    name: str
    total: Total
    previous_place: int | None = None
    artist_name: str = ""
    url: str | None = None
    ms_as_main: int = 0
    ms_as_featured: int = 0
    #: Heard before the period began: who is not in the list before is "back", not "new".
    is_known: bool = False
    #: Of an album in a year: heard in the year after too.
    is_heard_next_year: bool = True


@dataclass(frozen=True)
class Skips:
    """How often an artist is skipped; only plays that say whether they were."""

    artist_name: str
    judged_count: int
    skip_count: int


@dataclass(frozen=True)
class Stretch:
    """A run of days, with its length and how sure that is."""

    first: date
    last: date
    length: int
    certainty: str


@dataclass(frozen=True)
class ListeningSession:
    """One stretch of listening, 30 minutes apart from the next."""

    session_date: date
    ms_listened: int


@dataclass(frozen=True)
class Period:
    """One period a reader can choose, and all that is asked about it."""

    name: str
    first_date: date
    last_date: date
    total: Total
    seen_days: SeenDays = field(default_factory=SeenDays)
    previous: Total | None = None
    #: Both were wholly seen: only then is one more than the other.
    is_comparable: bool = False
    #: A day, over the wholly seen ones; None where these are too few.
    average_ms: int | None = None
    average_play_count: float | None = None
    longest_streak: Stretch | None = None
    weeks: tuple[PeriodStep, ...] = ()
    months: tuple[PeriodStep, ...] = ()
    active_day_count: int | None = 0
    excluded_play_count: int = 0
    artists: tuple[RankedPlace, ...] = ()
    featured: tuple[RankedPlace, ...] = ()
    tracks: tuple[RankedPlace, ...] = ()
    albums: tuple[RankedPlace, ...] = ()
    #: (ISO weekday, hour) -> milliseconds on the listener's clock.
    clock: dict[tuple[int, int], int] = field(default_factory=dict)
    skips: tuple[Skips, ...] = ()

    @property
    def day_count(self) -> int:
        """Days from the first to the last, both included."""
        return (self.last_date - self.first_date).days + 1

    @property
    def is_year(self) -> bool:
        """Whether the period is a calendar year."""
        return self.name.isdigit()


@dataclass(frozen=True)
class LocalGap:
    """A stretch of time in which plays may be missing, on the listener's clock."""

    start: datetime
    end: datetime
    hours: float
    is_open: bool = True
    closed_by: str | None = None


@dataclass(frozen=True)
class Discovery:
    """An artist or a song, and when it was first and last heard."""

    name: str
    first_date: date
    last_date: date
    total: Total
    artist_name: str = ""
    url: str | None = None


@dataclass(frozen=True)
class NewShare:
    """A month, and how much of its time went to artists first heard in the last 12 months."""

    month: date
    pct: float
    new_artist_count: int


@dataclass(frozen=True)
class ArtistMonths:
    """An artist's time by month."""

    name: str
    ms_by_month: dict[date, int]


@dataclass(frozen=True)
class Comeback:
    """An artist who was heard again after a year or more."""

    artist_name: str
    returned: date
    away_day_count: int
    ms_since: int
    url: str | None = None
    #: "exact" where the whole time away was seen.
    certainty: str = "not fully seen"


@dataclass(frozen=True)
class RatedAlbum:
    """An album with its rating (0 to 100) and the time it was heard."""

    place: int
    album_name: str
    artist_name: str
    rating: float
    ms_listened: int
    url: str | None = None
    #: Places gained since this day last week; None where it was not ranked then.
    places_up: int | None = None


@dataclass(frozen=True)
class Release:
    """An album found as new."""

    found_date: date
    album_name: str
    artist_name: str
    url: str | None = None


@dataclass(frozen=True)
class MonthBest:
    """What a month of a year was about."""

    month: date
    artist_name: str
    ms_listened: int
    first_heard: str = ""
    url: str | None = None
    first_heard_url: str | None = None


@dataclass(frozen=True)
class Year:
    """The statement of one year; ``status``: open, closed, or how sure it is though over."""

    year: int
    total: Total
    status: str
    seen_days: SeenDays
    active_day_count: int
    brought_forward: int
    first_heard: int
    carried_forward: int
    top_track_name: str = ""
    top_album_name: str = ""
    longest_day: date | None = None
    longest_day_ms: int = 0
    longest_session_date: date | None = None
    longest_session_ms: int = 0
    longest_streak_days: int = 0
    longest_streak_certainty: str = "at least"
    months: tuple[MonthBest, ...] = ()


@dataclass(frozen=True)
class JobHealth:
    """How a job has been doing."""

    name: str
    last_run_at: datetime | None
    last_outcome: str
    last_runner: str
    run_count: int
    failed_count: int
    median_minutes: float | None
    longest_minutes: float | None


@dataclass(frozen=True)
class ListenerData:
    """Everything the pages show about one listener; local times are on the listener's clock."""

    listener_name: str
    timezone: str
    now: datetime
    #: From the first play on.
    days: tuple[Day, ...] = ()
    #: Those before it that a year, or the last 365 days, begin with.
    days_before: tuple[Day, ...] = ()
    periods: tuple[Period, ...] = ()
    gaps: tuple[LocalGap, ...] = ()
    artists: tuple[Discovery, ...] = ()
    tracks: tuple[Discovery, ...] = ()
    artist_count: int = 0
    track_count: int = 0
    new_shares: tuple[NewShare, ...] = ()
    artist_months: tuple[ArtistMonths, ...] = ()
    streaks: tuple[Stretch, ...] = ()
    sessions: tuple[ListeningSession, ...] = ()
    comebacks: tuple[Comeback, ...] = ()
    ratings: tuple[RatedAlbum, ...] = ()
    releases: tuple[Release, ...] = ()
    years: tuple[Year, ...] = ()
    jobs: tuple[JobHealth, ...] = ()
    #: When plays were last asked for, whether there were any or not, and on which machine.
    last_contact_at: datetime | None = None
    last_contact_by: str = ""
    newest_play_at: datetime | None = None
    sign_in_days_left: int | None = None
    is_sign_in_exact: bool = True

    @property
    def open_gaps(self) -> tuple[LocalGap, ...]:
        """The gaps that nothing has filled yet."""
        return tuple(gap for gap in self.gaps if gap.is_open)

    def find_days(self, first: date, last: date) -> tuple[Day, ...]:
        """Return the days from ``first`` to ``last``, both included, before the first play too."""
        return tuple(
            day for day in (*self.days_before, *self.days) if first <= day.play_date <= last
        )
