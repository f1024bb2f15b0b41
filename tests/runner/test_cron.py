"""The reading of cron lines, which other tests lean on."""

import pytest

from runner.schedule import Line
from tests.runner.cron import find_intervals, list_line_starts, list_starts


@pytest.mark.parametrize(
    ("cron", "first", "minutes"),
    [
        ("37 * * * *", 37, 60),
        ("7,22,37,52 * * * *", 7, 15),
        ("3-59/20 * * * *", 3, 20),
        ("22 */2 * * *", 22, 120),
        ("11 4 * * *", 251, 1440),
    ],
)
def test_cron_line_starts_when_a_line_of_the_schedule_does(
    cron: str, first: int, minutes: int
) -> None:
    line = Line("get_last_50", "pi", minutes * 60, first * 60)
    assert list_starts(cron) == list_line_starts(line)
    assert find_intervals(list_starts(cron)) == {minutes}


def test_uneven_line_is_noticed() -> None:
    assert find_intervals(list_starts("7,20 * * * *")) == {13, 47}
