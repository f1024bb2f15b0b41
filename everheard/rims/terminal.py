"""The terminal, and every log that what is printed ends in: the last thing text passes through."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, TextIO, cast

from everheard.rims.columns import wrap
from everheard.rims.plain import clean
from everheard.rims.secrets import hide_secrets
from everheard.rims.typed import spell
from everheard.rims.workflow import defuse, is_command_start


class GuardedStream:
    """A stream that lets no secret, no control character and no stranger's command through."""

    def __init__(self, stream: TextIO) -> None:
        self.bare = stream
        self._is_line_new = True  # nothing but white space stands on it
        self._has_ended = True
        #: How wide a terminal is; 0 where nobody sits before one: a log keeps whole lines.
        self._columns = _find_columns(stream)

    def write(self, text: str) -> int:
        """Write text, made fit; return the length of what was given."""
        return self._write(text, self._columns)

    def write_whole(self, text: str) -> int:
        """Write what somebody copies, a command say: no line of it is broken."""
        return self._write(text, 0)

    def _write(self, text: str, columns: int) -> int:
        told = spell(clean(hide_secrets(text)))
        if columns and self._has_ended:
            told = "\n".join(wrap(line, columns) for line in told.split("\n"))
        lines = told.split("\n")
        fit = [defuse(line, at_start=number > 0 or self._is_line_new)
               for number, line in enumerate(lines)]  # fmt: skip
        self._is_line_new = is_command_start(
            lines[-1], at_start=len(lines) > 1 or self._is_line_new
        )
        self.bare.write("\n".join(fit))
        self._has_ended = told.endswith("\n") if told else self._has_ended
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write each of them."""
        for line in lines:
            self.write(line)

    def write_command(self, line: str) -> None:
        """Write a workflow command of ours, on a line of its own."""
        start = "" if self._has_ended else "\n"
        self.bare.write(start + clean(hide_secrets(line)).replace("\n", " ") + "\n")
        self._is_line_new = self._has_ended = True

    def __getattr__(self, name: str) -> Any:
        """Be in all else what the stream is."""
        return getattr(self.bare, name)


def _find_columns(stream: TextIO) -> int:
    try:
        return os.get_terminal_size(stream.fileno()).columns if stream.isatty() else 0
    except (AttributeError, OSError, ValueError):
        return 0


def print_whole(line: str) -> None:
    """Print a line that somebody copies: it is broken nowhere, however long it is."""
    if isinstance(sys.stdout, GuardedStream):
        sys.stdout.write_whole(line + "\n")
    else:
        print(line)


@contextmanager
def guard_output() -> Iterator[None]:
    """Let all that is printed within pass through guards; so does the traceback of a bug.

    The traceback is written after everybody has left, so that hook stays.
    """
    before = sys.stdout, sys.stderr
    sys.excepthook = show_bug
    sys.stdout, sys.stderr = map(_guard, before)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before


def _guard(stream: TextIO) -> TextIO:
    return stream if isinstance(stream, GuardedStream) else cast("TextIO", GuardedStream(stream))


def find_bare(stream: TextIO) -> TextIO:
    """Return the stream itself, for what draws on a terminal (a progress bar), and no names."""
    return stream.bare if isinstance(stream, GuardedStream) else stream


def show_bug(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Write the traceback of an error that nobody caught."""
    _guard(sys.stderr).write("".join(traceback.format_exception(kind, error, trace)))
