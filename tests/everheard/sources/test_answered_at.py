"""The server's own clock, as an answer tells it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from everheard.sources.http import Answer

NOW = datetime(1970, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "moment"),
    [
        ({"Date": "Sun, 01 Mar 2026 12:00:00 GMT"}, datetime(2026, 3, 1, 12, tzinfo=UTC)),
        ({"Date": "Sun, 01 Mar 2026 12:00:00 -0000"}, datetime(2026, 3, 1, 12, tzinfo=UTC)),
        ({"Date": "today"}, None),
        ({}, None),
    ],
)
def test_clock_is_the_server_s(headers: dict[str, str], moment: datetime | None) -> None:
    assert Answer(200, headers, b"", NOW).answered_at == moment
