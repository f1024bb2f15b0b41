"""One table from one connection to another, as PostgreSQL's own bytes, in constant memory."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from migrate.move.ends import End, naming
from migrate.move.tables import MovedTable

_PIECE = 1 << 18


class _Outflow(io.RawIOBase):
    """What comes out of the pipe; an end that came too early is told as what cut it."""

    def __init__(self, descriptor: int, sender: Future[None], tell: Callable[[int], None]) -> None:
        self._pipe = os.fdopen(descriptor, "rb", buffering=0)
        self._sender = sender
        self._tell = tell

    def read(self, size: int = -1) -> bytes:
        piece: bytes = self._pipe.read(size) or b""
        if not piece:
            self._sender.result()  # PostgreSQL would take a stream that was cut for a short one
        self._tell(len(piece))
        return piece

    def close(self) -> None:
        self._pipe.close()
        super().close()


def pour(
    table: MovedTable,
    source: tuple[End, Connection],
    target: tuple[End, Connection],
    tell: Callable[[int], None],
    condition: sql.Composable | None = None,
) -> int:
    """Copy the rows of a table that meet a condition; return how many.

    ``tell`` is called with the bytes of each piece. Raises Failure, with the end that failed.
    """
    reading, writing = os.pipe()
    with ThreadPoolExecutor(1) as thread:
        sender = thread.submit(_send, table, source, writing, condition)
        outflow = _Outflow(reading, sender, tell)
        statement = sql.SQL("copy {place} ({columns}) from stdin (format binary)")
        try:
            with naming(target[0]), target[1].cursor() as cursor:
                text = statement.format(place=table.place, columns=table.column_list)
                cursor.copy_expert(text.as_string(cursor), outflow, size=_PIECE)
                count: int = cursor.rowcount
        except BaseException:
            outflow.close()  # the sender would wait for ever
            if (cause := _find_cause(sender)) is not None:
                raise cause from None
            raise
        outflow.close()
        sender.result()
    return count


def _find_cause(sender: Future[None]) -> BaseException | None:
    """Return why the sender failed; that nobody reads any more is no cause."""
    error = sender.exception()
    return None if isinstance(error, BrokenPipeError) else error


def _send(
    table: MovedTable,
    source: tuple[End, Connection],
    descriptor: int,
    condition: sql.Composable | None,
) -> None:
    statement = sql.SQL("copy (select {columns} from {place} {new}) to stdout (format binary)")
    with (
        os.fdopen(descriptor, "wb", buffering=_PIECE) as pipe,
        naming(source[0]),
        source[1].cursor() as cursor,
    ):
        text = statement.format(
            columns=table.column_list, place=table.place, new=condition or sql.SQL("")
        ).as_string(cursor)
        cursor.copy_expert(text, pipe)
