from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from everheard.ledger.rules.gaps import (
    CoveredGap,
    Gap,
    GapPiece,
    OldestPoll,
    OpenGap,
    cover_gaps,
    cut_gaps,
    find_gaps,
)
from everheard.rows import Moment, Page, Span
from tests.everheard.pages import at

SONG_S = 200


def make_page(*seconds: float, full: bool = True) -> Page:
    moments = tuple(Moment(at(second), f"spotify:track:{second}") for second in seconds)
    return Page(moments, full, SONG_S * 1000)


def make_gap(start: float, end: float) -> Gap:
    return Gap(at(start), at(end))


def make_open(key: int, start: float, end: float) -> OpenGap:
    return OpenGap(key, make_gap(start, end), SONG_S * 1000)


def find(*pages: Page, known: Sequence[Moment] = (), newest_before: float | None = 0) -> list[Gap]:
    before: dict[datetime, datetime] = {}
    if newest_before is not None:
        before = {page.moments[0].played_at: at(newest_before) for page in pages if page.moments}
    oldest = None if newest_before is None else OldestPoll(at(newest_before), SONG_S * 1000)
    return find_gaps(pages, {moment.played_at for moment in known}, before, oldest)


def test_full_page_of_unknown_plays_leaves_a_gap_before_it() -> None:
    assert find(make_page(1000, 1200)) == [make_gap(0, 1000)]


def test_known_oldest_play_leaves_no_gap() -> None:
    page = make_page(1000, 1200)
    assert find(page, known=page.moments[:1]) == []


def test_known_play_in_the_middle_does_not_hide_a_gap() -> None:
    page = make_page(1000, 1200, 1400)
    assert find(page, known=page.moments[1:2]) == [make_gap(0, 1000)]


def test_page_that_is_not_full_shows_everything() -> None:
    assert find(make_page(1000, 1200, full=False)) == []


def test_first_poll_leaves_no_gap() -> None:
    assert find(make_page(1000, 1200), newest_before=None) == []


def find_late(*pages: Page, oldest_poll: float | None) -> list[Gap]:
    oldest = None if oldest_poll is None else OldestPoll(at(oldest_poll), SONG_S * 1000)
    return find_gaps(pages, set(), {}, oldest)


def test_page_older_than_everything_polled_leaves_a_gap_after_it() -> None:
    assert find_late(make_page(1000, 1200), oldest_poll=5000) == [make_gap(1200, 5000)]
    page = make_page(1000, 1200, full=False)
    assert find_late(page, oldest_poll=5000) == [make_gap(1200, 5000)]


def test_late_page_that_reaches_what_was_polled_leaves_none() -> None:
    assert find_late(make_page(1000, 5000), oldest_poll=5000) == []
    assert find_late(make_page(1000, 5000 - SONG_S), oldest_poll=5000) == []
    assert find_late(make_page(1000, 1200), oldest_poll=None) == []


def test_late_pages_in_any_order_leave_what_lies_between_them_and_what_was_polled() -> None:
    pages = make_page(1000, 1200), make_page(3000, 3200)
    gaps = [make_gap(1200, 3000), make_gap(3200, 5000)]
    assert sorted(find_late(*pages, oldest_poll=5000)) == gaps
    assert sorted(find_late(*reversed(pages), oldest_poll=5000)) == gaps


def test_stretch_shorter_than_the_track_that_ends_it_holds_no_play() -> None:
    assert find(make_page(SONG_S, 1000)) == []
    assert find(make_page(SONG_S + 0.001, 1000)) == [make_gap(0, SONG_S + 0.001)]


def test_spooled_page_before_it_is_what_a_page_follows() -> None:
    assert find(make_page(1000, 1200), make_page(3000, 3200), newest_before=0) == [
        make_gap(0, 1000),
        make_gap(1200, 3000),
    ]


def test_page_that_overlaps_the_spooled_one_leaves_no_gap() -> None:
    assert find(make_page(1000, 1200), make_page(1200, 1400), newest_before=None) == []


def test_empty_page_is_no_evidence() -> None:
    assert find(Page((), False, 0), make_page(1000)) == [make_gap(0, 1000)]


def test_later_page_cuts_a_gap_that_an_earlier_one_of_the_batch_left() -> None:
    # What an offline device uploads late lies inside the gap, and the page lists all after it.
    pages = make_page(1000, 1200), make_page(600, 1000, 1200)
    assert find(*pages) == [make_gap(0, 600)]


def test_page_inside_a_gap_cuts_it_in_two() -> None:
    deleted, pieces = cut_gaps([make_open(7, 0, 9000)], [make_page(3000, 5000)])
    assert deleted == [7]
    assert pieces == [make_gap(0, 3000), make_gap(5000, 9000)]


def test_page_over_a_whole_gap_closes_it() -> None:
    assert cut_gaps([make_open(7, 1000, 2000)], [make_page(900, 2100)]) == ([7], [])


def test_page_beside_a_gap_leaves_it_alone() -> None:
    gaps = [make_open(7, 1000, 2000)]
    assert cut_gaps(gaps, [make_page(2000, 3000), make_page(500, 1000)]) == ([], [])


def test_pieces_too_short_for_a_play_are_dropped() -> None:
    deleted, pieces = cut_gaps(
        [make_open(7, 0, 9000)], [make_page(SONG_S, 5000), make_page(6000, 9000 - SONG_S)]
    )
    assert (deleted, pieces) == ([7], [make_gap(5000, 6000)])


def test_several_gaps_are_cut_by_several_pages() -> None:
    gaps = [make_open(1, 0, 3000), make_open(2, 4000, 8000)]
    deleted, pieces = cut_gaps(gaps, [make_page(1000, 5000), make_page(7000, 9000)])
    assert deleted == [1, 2]
    assert pieces == [make_gap(0, 1000), make_gap(5000, 7000)]


def test_import_of_a_single_moment_closes_nothing() -> None:
    assert cover([make_piece(0, 9000)], (500, 500)) == [(0, 9000, None)]


def make_piece(
    start: float, end: float, closed_by: str | None = None, *, goes_on: bool = False
) -> GapPiece:
    return GapPiece(0, make_gap(start, end), closed_by, goes_on, SONG_S * 1000)


def cover(
    pieces: Sequence[GapPiece], *spans: tuple[float, float]
) -> list[tuple[float, float, str | None]]:
    """Return what becomes of gaps, in seconds."""
    covered = cover_gaps(pieces, [Span(at(start), at(end), "file") for start, end in spans])
    return [tell(one) for one in covered]


def tell(one: CoveredGap) -> tuple[float, float, str | None]:
    start, end = ((moment - at(0)).total_seconds() for moment in one.gap)
    return start, end, one.closed_by


def test_import_closes_what_it_covers_and_leaves_the_rest() -> None:
    parts = [(0, 3000, None), (3000, 5000, "file"), (5000, 9000, None)]
    assert cover([make_piece(0, 9000)], (3000, 5000)) == parts
    pieces = [make_piece(0, 3000, goes_on=True), make_piece(3000, 9000)]
    assert cover(pieces, (3000, 5000)) == parts


def test_rest_too_short_for_a_play_is_closed_with_what_lies_before_it() -> None:
    assert cover([make_piece(0, 9000)], (3000, 9000 - SONG_S)) == [
        (0, 3000, None),
        (3000, 9000, "file"),
    ]


def test_gap_whose_cover_is_withdrawn_is_what_it_was() -> None:
    pieces = [
        make_piece(0, 3000, goes_on=True),
        make_piece(3000, 5000, "file", goes_on=True),
        make_piece(5000, 9000),
        make_piece(9000, 12_000),
    ]
    assert cover(pieces) == [(0, 9000, None), (9000, 12_000, None)]


@given(
    spans=st.lists(
        st.tuples(st.integers(0, 20), st.integers(0, 20)).map(lambda pair: sorted(pair)),
        max_size=5,
    ),
    first=st.integers(0, 5),
)
def test_imports_one_by_one_cover_what_all_at_once_do(spans: list[list[int]], first: int) -> None:
    whole = [Span(at(start * 500), at(end * 500), f"{start}") for start, end in spans]
    ends = {0: False, 9000: False}
    pieces = [make_piece(0, 9000)]
    for count in range(min(first, len(whole)), len(whole) + 1):
        covered = cover_gaps(pieces, sorted(whole[:count]))
        pieces = [
            GapPiece(0, one.gap, one.closed_by, tell(one)[1] not in ends, SONG_S * 1000)
            for one in covered
        ]
    assert covered == cover_gaps([make_piece(0, 9000)], sorted(whole))


PAGES = st.lists(
    st.builds(
        lambda seconds, full: make_page(*sorted(seconds), full=full),
        st.sets(st.integers(1, 40).map(lambda n: n * 100), min_size=1, max_size=6),
        st.booleans(),
    ),
    max_size=5,
)


def load_one_by_one(pages: Sequence[Page], first: float) -> set[Gap]:
    """Return the gaps on record when each page is a run of its own."""
    known: dict[Moment, None] = {Moment(at(first), "first"): None}
    gaps: set[Gap] = set()
    for page in pages:
        oldest = page.moments[0].played_at
        earlier = [moment.played_at for moment in known if moment.played_at < oldest]
        polled_at = {moment.played_at for moment in known}
        oldest_poll = OldestPoll(min(polled_at), SONG_S * 1000)
        found = find_gaps([page], polled_at, {oldest: max(earlier)} if earlier else {}, oldest_poll)
        open_gaps = [
            OpenGap(key, gap, SONG_S * 1000) for key, gap in enumerate(sorted(gaps), start=1)
        ]
        deleted, pieces = cut_gaps(open_gaps, [page])
        kept = {one.gap for one in open_gaps if one.gap_key not in deleted}
        gaps = kept | set(pieces) | set(found)
        known |= dict.fromkeys(page.moments)
    return gaps


@given(PAGES, st.sampled_from([0, 2000, 4500]))
def test_pages_in_one_batch_leave_the_gaps_they_leave_one_by_one(
    pages: list[Page], first: int
) -> None:
    oldest = [page.moments[0].played_at for page in pages]
    together = find_gaps(
        pages,
        {at(first)},
        {moment: at(first) for moment in oldest if moment > at(first)},
        OldestPoll(at(first), SONG_S * 1000),
    )
    assert set(together) == load_one_by_one(pages, first)


@given(PAGES, st.sets(st.integers(0, 45).map(lambda n: n * 100), min_size=2, max_size=2))
def test_cutting_never_widens_a_gap(pages: list[Page], ends: set[int]) -> None:
    start, end = sorted(ends)
    deleted, pieces = cut_gaps([make_open(1, start, end)], pages)
    assert all(at(start) <= piece.start < piece.end <= at(end) for piece in pieces)
    assert deleted or not pieces
