"""Where plays may be missing: found from pages, cut by later pages. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from everheard.rows import Page, Span


class Gap(NamedTuple):
    """A stretch between two polled plays, both exclusive, in which plays may be missing."""

    start: datetime
    end: datetime


class OpenGap(NamedTuple):
    """A recorded gap that nothing has closed yet.

    ``end_duration_ms``: length of the track whose play ends the gap (0: unknown); a
    stretch shorter than that holds no further play.
    """

    gap_key: int
    gap: Gap
    end_duration_ms: int


class GapPiece(NamedTuple):
    """What the ledger holds of a gap: all of it, or a piece that imports have left or closed.

    ``closed_by``: None while it is open. ``goes_on``: it does not end at a polled play, so
    the piece that follows belongs to the same gap. ``end_duration_ms`` as of an open gap.
    """

    gap_key: int
    gap: Gap
    closed_by: str | None
    goes_on: bool
    end_duration_ms: int


class CoveredGap(NamedTuple):
    """A stretch of a gap, and what imports close of it; None: it is open."""

    gap: Gap
    closed_by: str | None


# A gap, and the length of the track whose play ends it (milliseconds).
_Stretch = tuple[Gap, int]


class OldestPoll(NamedTuple):
    """The listener's oldest polled play in the ledger, and the length of its track (0: unknown)."""

    played_at: datetime
    duration_ms: int


def find_gaps(
    pages: Iterable[Page],
    polled_at: set[datetime],
    newest_before: dict[datetime, datetime],
    oldest_poll: OldestPoll | None = None,
) -> list[Gap]:
    """Return the gaps that the pages reveal, taken in the order they were fetched.

    A full page whose oldest item was not known yet may hide plays that sank below
    its edge; a later page may cut what an earlier one revealed. A page that lies before
    everything polled so far comes late, out of another machine's spool: what lies between its
    newest item and the play known next sank before that one was polled. ``polled_at``: those of
    the pages' moments that were polled before, with this track or without one;
    ``newest_before``: for the oldest moment of a page, the newest polled play before
    it in the ledger (absent: none, the listener's first poll); ``oldest_poll``: None where
    nothing was polled before. No clock is used.
    """
    seen = set(polled_at)
    earlier_pages: list[datetime] = []
    found: list[_Stretch] = []
    for page in pages:
        if not page.moments:
            continue
        found = _cut(found, page)
        oldest, newest = page.moments[0].played_at, page.moments[-1].played_at
        earlier = [moment for moment in earlier_pages if moment < oldest]
        if oldest in newest_before:
            earlier.append(newest_before[oldest])
        stretches = []
        if page.is_full and oldest not in seen and earlier:
            stretches.append((Gap(max(earlier), oldest), page.oldest_duration_ms))
        if oldest_poll and newest < oldest_poll.played_at:
            stretches.append((Gap(newest, oldest_poll.played_at), oldest_poll.duration_ms))
        found += [one for one in stretches if _may_hold_a_play(one) and one not in found]
        if oldest_poll is None or oldest < oldest_poll.played_at:
            oldest_poll = OldestPoll(oldest, page.oldest_duration_ms)
        moments = [moment.played_at for moment in page.moments]
        seen.update(moments)
        earlier_pages += moments
    return [gap for gap, _ in found]


def cut_gaps(open_gaps: Sequence[OpenGap], pages: Iterable[Page]) -> tuple[list[int], list[Gap]]:
    """Return what pages that lie inside open gaps leave of them.

    A page lists every play between its oldest and its newest; that much of a gap is
    seen after all. Gives the keys of gaps to delete and the pieces to put in their
    place (none, where the page covers the gap).
    """
    pages = [page for page in pages if page.moments]
    deleted: list[int] = []
    pieces: list[Gap] = []
    for gap_key, gap, end_duration_ms in open_gaps:
        left = [(gap, end_duration_ms)]
        for page in pages:
            left = _cut(left, page)
        if left != [(gap, end_duration_ms)]:
            deleted.append(gap_key)
            pieces += [piece for piece, _ in left]
    return deleted, pieces


def cover_gaps(pieces: Iterable[GapPiece], spans: Sequence[Span]) -> list[CoveredGap]:
    """Return the gaps that the pieces make up, and what of them the spans of imports close.

    A function of the gaps and the spans alone: neither which import came first nor how a gap was
    cut before matters. ``pieces`` are in the order of time. The span of a single play is a
    moment: it covers nothing around it, and closes nothing.
    """
    spans = [span for span in spans if span.start < span.end]
    return [part for stretch in _join_pieces(pieces) for part in _cover(stretch, spans)]


def _join_pieces(pieces: Iterable[GapPiece]) -> list[_Stretch]:
    joined: list[_Stretch] = []
    goes_on = False
    for piece in pieces:
        gap = piece.gap
        if goes_on and joined[-1][0].end == gap.start:
            gap = Gap(joined.pop()[0].start, gap.end)
        joined.append((gap, piece.end_duration_ms))
        goes_on = piece.goes_on
    return joined


def _cover(stretch: _Stretch, spans: Sequence[Span]) -> list[CoveredGap]:
    """Return the parts of one gap; a rest too short for a play is closed with what lies before."""
    gap, end_duration_ms = stretch
    left, closed = [gap], []
    for span in spans:
        closed += [
            CoveredGap(
                Gap(max(piece.start, span.start), min(piece.end, span.end)), span.source_name
            )
            for piece in left
            if piece.start < span.end and span.start < piece.end
        ]
        left = [piece for part in left for piece in _subtract(part, span)]
    if closed and left and left[-1].end == gap.end and left[-1].start != gap.start:
        rest = left[-1]
        if not _may_hold_a_play((rest, end_duration_ms)):
            left.pop()
            closed = [
                CoveredGap(Gap(part.gap.start, rest.end), part.closed_by)
                if part.gap.end == rest.start
                else part
                for part in closed
            ]
    return sorted([*closed, *(CoveredGap(piece, None) for piece in left)])


def _subtract(gap: Gap, span: Span) -> list[Gap]:
    if span.end <= gap.start or span.start >= gap.end:
        return [gap]
    pieces = Gap(gap.start, span.start), Gap(span.end, gap.end)
    return [piece for piece in pieces if piece.start < piece.end]


def _cut(stretches: Iterable[_Stretch], page: Page) -> list[_Stretch]:
    """Return what a page leaves of gaps: the pieces before and after it that may hold a play."""
    oldest, newest = page.moments[0].played_at, page.moments[-1].played_at
    left: list[_Stretch] = []
    for gap, end_duration_ms in stretches:
        if newest <= gap.start or oldest >= gap.end:
            left.append((gap, end_duration_ms))
            continue
        before = Gap(gap.start, oldest), page.oldest_duration_ms
        after = Gap(newest, gap.end), end_duration_ms
        left += [piece for piece in (before, after) if _may_hold_a_play(piece)]
    return left


def _may_hold_a_play(stretch: _Stretch) -> bool:
    """Tell whether anything fits before the play that ends the gap."""
    gap, end_duration_ms = stretch
    return gap.end - gap.start > timedelta(milliseconds=end_duration_ms)
