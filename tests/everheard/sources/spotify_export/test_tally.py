"""What a person reads after an import."""

from __future__ import annotations

import pytest

from everheard.sources.spotify_export.tally import ImportTally, describe_tally


@pytest.mark.parametrize(
    ("ms", "said"), [(0, "0"), (1_548_000, "0.43"), (45_000_000, "12.50"), (360_000_000, "100")]
)
def test_few_hours_are_no_none(ms: int, said: str) -> None:
    told = describe_tally(ImportTally(music_ms=ms), 1.0)
    (line,) = [line for line in told.splitlines() if line.startswith("hours listened to music")]
    assert line.split()[-1] == said
