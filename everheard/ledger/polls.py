"""Pages of recently-played into the ledger: what is new, plays, gaps, watermark."""

from __future__ import annotations

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
from everheard.rows import Moment, Page, StagedRows


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


def load_polls(
    connection: Connection,
    *,
    job: str,
    listener_key: int,
    pages: Sequence[Page],
    to_rows: Callable[[set[Moment]], StagedRows],
    dry_run: bool = False,
) -> LoadResult:
    """Bring pages of recently-played into the ledger, in the order they were fetched.

    ``to_rows`` gives the staged rows of everything but the moments it is handed: those
    are known already. Plays, gaps and watermark are committed together or not at
    all. A second load of the same pages adds nothing. Raises DatabaseTrouble or
    SchemaMismatch.
    """

    def attempt() -> LoadResult:
        with connection.cursor() as cursor:
            lock = render(cursor, flows.LISTENER_LOCK, {"listener_key": listener_key})
        with open_transaction(connection, lock, dry_run=dry_run) as cursor:
            return _load_pages(cursor, job, listener_key, pages, to_rows)

    with translate_errors():
        return retry_conflicts(attempt)


def _load_pages(
    cursor: Cursor,
    job: str,
    listener_key: int,
    pages: Sequence[Page],
    to_rows: Callable[[set[Moment]], StagedRows],
) -> LoadResult:
    moments = {moment for page in pages for moment in page.moments}
    if not moments:
        return LoadResult(0, 0, 0, None)
    novelty = _read_novelty(cursor, listener_key, pages, moments)
    deleted, pieces = cut_gaps(novelty.open_gaps, pages)
    found = find_gaps(pages, novelty.polled_at, novelty.newest_before, novelty.oldest_poll)
    gaps = [gap for gap in found if gap not in pieces]
    newest = max(moment.played_at for moment in moments)
    if moments > novelty.known or deleted or novelty.has_waiting_derivation:
        staged = render_staged(cursor, to_rows(novelty.known))
        derive(cursor, flows.POLL_DERIVATION, listener_key, staged)
        _write_operations(cursor, job, listener_key, newest, gaps=pieces + gaps, deleted=deleted)
    closed_count = close_covered_gaps(cursor, listener_key) if gaps or deleted else 0
    new_count = len(moments) - len(novelty.known)
    gap_count = max(0, len(gaps) - closed_count)
    return LoadResult(new_count, len(novelty.known), gap_count, newest)


def _read_novelty(
    cursor: Cursor, listener_key: int, pages: Iterable[Page], moments: set[Moment]
) -> _Novelty:
    ordered = list(moments)
    parameters = {
        "listener_key": listener_key,
        "played_at": [moment.played_at for moment in ordered],
        "track_uri": [moment.track_uri for moment in ordered],
        "oldest": [page.moments[0].played_at for page in pages if page.moments],
    }
    send(cursor, render(cursor, flows.NOVELTY, parameters))
    row = cursor.fetchone() or (None,) * 6
    polled, known, newest_before, oldest, open_gaps, has_waiting_derivation = row
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
