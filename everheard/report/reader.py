"""Ask the views, all questions of one reading about the same moment."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from psycopg2.extensions import connection as Connection

from everheard.database.statements import read_query

_BEGIN = """
    begin isolation level repeatable read read only;
    set local jit = off;
    set local work_mem = '64MB';
"""


class ViewReader:
    """Asks the views about one listener."""

    def __init__(self, connection: Connection, listener_key: int, timezone: str) -> None:
        self._connection = connection
        self._listener = {"listener": listener_key, "timezone": timezone}

    def read(self, question: str, **values: Any) -> list[Any]:
        """Return the rows of ``sql/read/report/QUESTION.sql``, columns by name."""
        with self._connection.cursor() as cursor:
            cursor.execute(read_query(f"report/{question}"), {**self._listener, **values})
            row_type = namedtuple("Row", [column.name for column in cursor.description or ()])  # type: ignore[misc]
            return [row_type(*row) for row in cursor.fetchall()]


@contextmanager
def hold_still(connection: Connection) -> Iterator[None]:
    """Let a connection in autocommit mode see one moment of the ledger, and nothing later.

    A job that commits in the midst of a reading would make two drawings disagree.
    Memory and compiling are set as for the role that reads (migrate/role.py).
    """
    with connection.cursor() as cursor:
        cursor.execute(_BEGIN)
        try:
            yield
        finally:
            if not connection.closed:
                cursor.execute("rollback")
