"""What is printed when nobody reads it any more: ``… | head`` ends quietly, and the work goes on.

Standard library only: start.py says things before anything is installed.
"""

from __future__ import annotations

import errno
import io
import os
import sys
from typing import Any

#: What writing into a pipe that nobody reads ends in, on POSIX and on Windows.
_UNREAD = {errno.EPIPE, errno.EINVAL}


class _Outlet(io.FileIO):
    """A stream that takes what it is given, read or not."""

    def write(self, data: Any) -> int:
        try:
            return super().write(data) or 0
        except OSError as error:
            if error.errno not in _UNREAD:
                raise
            return memoryview(data).nbytes


def outlive_reader() -> None:
    """Let no print fail where the reader of this process's output has gone."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # pythonw, which a task of Windows starts, has none
            nobody = io.BufferedWriter(_Outlet(os.devnull, "wb"))
            setattr(sys, name, io.TextIOWrapper(nobody, encoding="utf-8"))
            continue
        # A test's own stream is of another type; a terminal is always read.
        if type(stream) is not io.TextIOWrapper or stream.isatty():
            continue
        if isinstance(getattr(stream.buffer, "raw", None), _Outlet):
            continue
        stream.flush()
        outlet = _Outlet(stream.fileno(), "wb", closefd=False)
        wrapped = io.TextIOWrapper(
            io.BufferedWriter(outlet),
            encoding=stream.encoding,
            errors=stream.errors,
            line_buffering=stream.line_buffering or stream.write_through,
        )
        setattr(sys, name, wrapped)
