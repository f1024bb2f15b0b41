"""Processes whose clock is wrong, by minutes or by months."""

from datetime import UTC, datetime, timedelta
from pathlib import Path


def set_clock(moment: datetime) -> dict[str, str]:
    """Return the environment of a Python process that takes now for another moment."""
    return shift_clock(moment - datetime.now(UTC))


def shift_clock(shift: timedelta) -> dict[str, str]:
    """Return the environment of a Python process whose clock is ahead by so much."""
    return {
        "PYTHONPATH": str(Path(__file__).parent),
        "WRONG_CLOCK_SECONDS": str(shift.total_seconds()),
    }
