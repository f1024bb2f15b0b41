"""The ledger as one run meets it: opened when first asked for, given up when it will not open."""

from __future__ import annotations

from collections.abc import Sequence

from psycopg2.extensions import connection as Connection

from everheard.config import Settings
from everheard.database.connect import connect
from everheard.failure import Failure
from everheard.ledger.operations.runs import Operations, read_operations
from everheard.run.runner_name import find_runner


class LedgerHandle:
    """A lazy connection, and what the operations say beside the job's own work.

    ``warnings`` are those of the first reading, None while nobody has read. ``is_asleep``: the
    database is left alone, and what was fetched stays in the spool for a later run.
    """

    def __init__(self, job: str, settings: Settings) -> None:
        self.is_asleep = False
        self.operations: Operations | None = None
        self._job = job
        self._settings = settings
        self._connection: Connection | None = None
        self._trouble: Failure | None = None

    def connect(self) -> Connection:
        """Return the connection, opened at the first call; a failure is remembered."""
        if self._trouble:
            raise self._trouble
        if self._connection is None:
            try:
                self._connection = connect(self._settings, application=f"everheard {self._job}")
            except Failure as failure:
                self._trouble = failure
                raise
        return self._connection

    def give_up(self, trouble: Failure) -> None:
        """Go on without the ledger: whoever asks for it from now on is told why."""
        self._trouble = trouble

    def read_operations(self, fingerprints: Sequence[str] = ()) -> Operations:
        """Read what a run knows before it asks anybody; the first reading is kept."""
        operations = read_operations(
            self.connect(),
            job=self._job,
            client_id=self._settings.client_id,
            fingerprints=list(fingerprints),
            runner=find_runner(self._settings),
        )
        self.operations = self.operations or operations
        return operations

    def close(self) -> None:
        """Close the connection, where one was opened."""
        if self._connection is not None:
            self._connection.close()
