"""Give the Python process that finds this on its path a wrong clock, by WRONG_CLOCK_SECONDS.

Only the time of day is wrong, as on a machine that lost its clock: what is waited for lasts
as long as ever. libfaketime would do it for any process, but Debian 12's breaks
``time.sleep`` of Python 3.11 (EINVAL, or it never ends).
"""

from __future__ import annotations

import datetime
import os
import time

_seconds = float(os.environ["WRONG_CLOCK_SECONDS"])
_right_time, _right_time_ns = time.time, time.time_ns


class _WrongDatetime(datetime.datetime):
    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> _WrongDatetime:
        return cls.fromtimestamp(time.time(), tz)


time.time = lambda: _right_time() + _seconds
time.time_ns = lambda: _right_time_ns() + int(_seconds * 1_000_000_000)
datetime.datetime = _WrongDatetime  # type: ignore[misc]
