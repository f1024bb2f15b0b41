"""What pages of fifty plays can tell of plays they do not show: the design's rule, told again.

Written from the rule and not from the code that it checks: a gap is what a full page
reveals whose oldest play no page has shown before.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from simulator.clock import to_iso
from simulator.listening import Play

PAGE_SIZE = 50
Span = tuple[int, int]


class Revealed(NamedTuple):
    """What the pages of one listener reveal, in milliseconds since 1970.

    ``stretches``: wherever plays may have sunk unseen; ``gaps``: those of them in which
    a play fits; ``known_oldest``: how many full pages began with a play that was known.
    """

    shown: set[int]
    stretches: list[Span]
    gaps: list[Span]
    known_oldest: int


class Losses(NamedTuple):
    """How one listener's losses and the recorded gaps go together."""

    heard: int
    lost: int
    in_gaps: int
    silent: int
    gaps: int
    false_gaps: int


def reveal(pages: Sequence[Sequence[Play]]) -> Revealed:
    """Return what the pages reveal, in the order they were fetched; plays newest first."""
    shown: set[int] = set()
    stretches: list[Span] = []
    gaps: list[Span] = []
    known_oldest = 0
    for page in pages:
        if not page:
            continue
        oldest = page[-1]
        earlier = [moment for moment in shown if moment < oldest.ended_ms]
        if len(page) == PAGE_SIZE and oldest.ended_ms in shown:
            known_oldest += 1
        elif len(page) == PAGE_SIZE and earlier:
            stretch = (max(earlier), oldest.ended_ms)
            stretches.append(stretch)
            if stretch[1] - stretch[0] > oldest.item.duration_ms:
                gaps.append(stretch)
        shown.update(play.ended_ms for play in page)
    return Revealed(shown, stretches, gaps, known_oldest)


def lie_in(moments: Sequence[str], spans: Sequence[Span]) -> list[str]:
    """Return the moments (as Spotify writes them) that lie inside one of the spans."""
    edges = [(to_iso(start), to_iso(end)) for start, end in spans]
    return [moment for moment in moments if any(start < moment < end for start, end in edges)]


def weigh(heard: Sequence[str], kept: Sequence[str], gaps: Sequence[Span]) -> Losses:
    """Compare moments heard and kept (as Spotify writes them) with the recorded gaps."""
    lost = sorted(set(heard) - set(kept))
    told = lie_in(lost, gaps)
    empty = [gap for gap in gaps if not lie_in(lost, [gap])]
    return Losses(len(heard), len(lost), len(told), len(lost) - len(told), len(gaps), len(empty))
