"""Pages of recently-played into the ledger: what is new, plays, gaps, watermark."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from everheard.database.connect import translate_errors
from everheard.database.statements import render, render_staged, send
from everheard.database.transactions import open_transaction, retry_conflicts
from everheard.ledger import flows
from everheard.ledger.coverage import close_covered_gaps
from everheard.ledger.derive import derive
from everheard.ledger.rules.gaps import Gap, OldestPoll, OpenGap, cut_gaps, find_gaps
from everheard.ledger.rules.possible import SkippedPoll, set_aside
from everheard.rows import FIRST_MOMENT, Moment, Page, StagedRows


class LoadResult(NamedTuple):
    """What one load of pages did to a listener's ledger."""

    new_count: int
    known_count: int
    gap_count: int
    watermark_at: datetime | None


class _Novelty(NamedTuple):
    polled_at: set[datetime]
    known: set[Moment]
    newest_before: dict[datetime, datetime]
    oldest_poll: OldestPoll | None
    open_gaps: list[OpenGap]
    has_waiting_derivation: bool
    now: datetime


def load_polls(
    connection: Connection,
    *,
    job: str,
    listener_key: int,
    pages: Sequence[Page],
    to_rows: Callable[[set[Moment]], StagedRows],
    answered_at: datetime | None = None,
    faults: list[str] | None = None,
    dry_run: bool = False,
) -> LoadResult:
    """Bring pages of recently-played into the ledger, in the order they were fetched.

    ``to_rows`` gives the staged rows of everything but the moments it is handed: those
    are known already, or no plays. What cannot have been played when it is told, by the
    database's clock and by Spotify's (``answered_at``), is kept aside, and said in
    ``faults`` when it is new. Plays, gaps and watermark are committed together or not at
    all. A second load of the same pages adds nothing. Raises DatabaseTrouble or
    SchemaMismatch.
    """

    def attempt() -> tuple[LoadResult, list[str]]:
        with connection.cursor() as cursor:
            lock = render(cursor, flows.LISTENER_LOCK, {"listener_key": listener_key})
        with open_transaction(connection, lock, dry_run=dry_run) as cursor:
            return _load_pages(cursor, job, listener_key, pages, to_rows, answered_at)

    with translate_errors():
        loaded, reasons = retry_conflicts(attempt)
    if faults is not None:
        faults += [
            f"{'One play was' if count == 1 else f'{count} plays were'} left out: {reason}."
            for reason, count in Counter(reasons).items()
        ]
    return loaded


def _load_pages(
    cursor: Cursor,
    job: str,
    listener_key: int,
    pages: Sequence[Page],
    to_rows: Callable[[set[Moment]], StagedRows],
    answered_at: datetime | None,
) -> tuple[LoadResult, list[str]]:
    """Return what was done, and why some of it was kept aside."""
    told = {moment for page in pages for moment in page.moments}
    if not told:
        return LoadResult(0, 0, 0, None), []
    novelty = _read_novelty(cursor, listener_key, pages, told)
    pages, skipped = set_aside(pages, max(novelty.now, answered_at or novelty.now))
    reasons = _keep_aside(cursor, listener_key, skipped) if skipped else []
    moments = {moment for page in pages for moment in page.moments}
    if not moments:
        return LoadResult(0, 0, 0, None), reasons
    known = novelty.known & moments
    deleted, pieces = cut_gaps(novelty.open_gaps, pages)
    found = find_gaps(pages, novelty.polled_at, novelty.newest_before, novelty.oldest_poll)
    gaps = [gap for gap in found if gap not in pieces]
    newest = max(moment.played_at for moment in moments)
    if moments > known or deleted or novelty.has_waiting_derivation:
        staged = render_staged(cursor, to_rows(known | (told - moments)))
        derive(cursor, flows.POLL_DERIVATION, listener_key, staged)
        _write_operations(cursor, job, listener_key, newest, gaps=pieces + gaps, deleted=deleted)
    closed_count = close_covered_gaps(cursor, listener_key) if gaps or deleted else 0
    gap_count = max(0, len(gaps) - closed_count)
    return LoadResult(len(moments) - len(known), len(known), gap_count, newest), reasons


def _keep_aside(cursor: Cursor, listener_key: int, skipped: Sequence[SkippedPoll]) -> list[str]:
    """Keep what is no play; return why, for each that is new."""
    parameters = {
        "listener_key": listener_key,
        "played_at": [one.moment.played_at for one in skipped],
        "track_uri": [one.moment.track_uri or "" for one in skipped],
        "reason": [one.reason for one in skipped],
    }
    send(cursor, render(cursor, flows.POLL_SKIPS, parameters))
    return [reason for (reason,) in cursor.fetchall()]


def _read_novelty(
    cursor: Cursor, listener_key: int, pages: Iterable[Page], moments: set[Moment]
) -> _Novelty:
    ordered = list(moments)
    parameters = {
        "listener_key": listener_key,
        "played_at": [moment.played_at for moment in ordered],
        "track_uri": [moment.track_uri for moment in ordered],
        "oldest": [
            next((at for at, _ in page.moments if at >= FIRST_MOMENT), page.moments[0].played_at)
            for page in pages
            if page.moments
        ],
    }
    send(cursor, render(cursor, flows.NOVELTY, parameters))
    row = cursor.fetchone()
    assert row is not None  # noqa: S101 (it is one row always)
    polled, known, newest_before, oldest, open_gaps, has_waiting_derivation, now = row
    return _Novelty(
        polled_at={ordered[place - 1].played_at for place in polled or ()},
        known={ordered[place - 1] for place in known or ()},
        newest_before={_moment(at): _moment(newest) for at, newest in newest_before or ()},
        oldest_poll=OldestPoll(_moment(oldest[0]), oldest[1]) if oldest else None,
        open_gaps=[
            OpenGap(key, Gap(_moment(start), _moment(end)), duration_ms)
            for key, start, end, duration_ms in open_gaps or ()
        ],
        has_waiting_derivation=bool(has_waiting_derivation),
        now=now,
    )


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _write_operations(
    cursor: Cursor,
    job: str,
    listener_key: int,
    newest: datetime,
    *,
    gaps: list[Gap],
    deleted: list[int],
) -> None:
    gap_parameters = {
        "listener_key": listener_key,
        "deleted": deleted,
        "gap_start": [gap.start for gap in gaps],
        "gap_end": [gap.end for gap in gaps],
    }
    watermark = {"job": job, "listener_key": listener_key, "watermark_at": newest}
    statements = [render(cursor, flows.WATERMARK, watermark)]
    if gaps or deleted:
        statements.append(render(cursor, flows.GAPS, gap_parameters))
    send(cursor, *statements)
