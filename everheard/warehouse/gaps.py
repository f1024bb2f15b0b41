"""Where plays may be missing: found from pages, cut by later pages. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from everheard.rows import Moment, Page


class Gap(NamedTuple):
    """A stretch between two polled plays, both exclusive, in which plays may be missing."""

    start: datetime
    end: datetime


class OpenGap(NamedTuple):
    """A gap in the books that nothing has closed yet.

    ``end_duration_ms``: length of the track whose play ends the gap (0: unknown); a
    stretch shorter than that holds no further play.
    """

    gap_key: int
    gap: Gap
    end_duration_ms: int


def find_gaps(
    pages: Iterable[Page], known: set[Moment], newest_before: dict[datetime, datetime]
) -> list[Gap]:
    """Return the gaps that the pages reveal, in the order they were fetched.

    A full page whose oldest item was not known yet may hide plays that sank below
    its edge. ``known``: the pages' moments that were polled before;
    ``newest_before``: for the oldest moment of a page, the newest polled play before
    it in the books (absent: none, the listener's first poll). No clock is used.
    """
    seen = set(known)
    times: list[datetime] = []
    gaps: list[Gap] = []
    for page in pages:
        if not page.moments:
            continue
        oldest = page.moments[0]
        earlier = [moment for moment in times if moment < oldest.played_at]
        if oldest.played_at in newest_before:
            earlier.append(newest_before[oldest.played_at])
        if page.is_full and oldest not in seen and earlier:
            gap = Gap(max(earlier), oldest.played_at)
            if _may_hold_a_play(gap, page.oldest_duration_ms):
                gaps.append(gap)
        seen.update(page.moments)
        times.extend(moment.played_at for moment in page.moments)
    return gaps


def cut_gaps(open_gaps: Sequence[OpenGap], pages: Iterable[Page]) -> tuple[list[int], list[Gap]]:
    """Return what pages that lie inside open gaps leave of them.

    A page lists every play between its oldest and its newest; that much of a gap is
    seen after all. Gives the keys of gaps to delete and the pieces to put in their
    place (none, where the page covers the gap).
    """
    spans = [
        (page.moments[0].played_at, page.moments[-1].played_at) for page in pages if page.moments
    ]
    deleted: list[int] = []
    pieces: list[Gap] = []
    for gap_key, gap, end_duration_ms in open_gaps:
        left = [gap]
        for oldest, newest in spans:
            left = [piece for part in left for piece in _subtract(part, oldest, newest)]
        if left != [gap]:
            deleted.append(gap_key)
            pieces += [
                piece
                for piece in left
                if piece.end != gap.end or _may_hold_a_play(piece, end_duration_ms)
            ]
    return deleted, pieces


def _may_hold_a_play(gap: Gap, end_duration_ms: int) -> bool:
    """Tell whether anything fits before the play that ends the gap."""
    return gap.end - gap.start > timedelta(milliseconds=end_duration_ms)


def _subtract(gap: Gap, oldest: datetime, newest: datetime) -> list[Gap]:
    if newest <= gap.start or oldest >= gap.end:
        return [gap]
    pieces = [Gap(gap.start, min(oldest, gap.end)), Gap(max(newest, gap.start), gap.end)]
    return [piece for piece in pieces if piece.start < piece.end]
