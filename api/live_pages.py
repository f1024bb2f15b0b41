"""The dashboard's pages, kept for as long as the ledger says the same."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock
from time import monotonic

from api.ledger import LedgerReader
from dashboard.build import Pages
from dashboard.now_playing import StreamPlace
from everheard.report.read import read_listener_data, read_listeners

#: Pages older than this are drawn again though nothing was heard: jobs run, days are left.
LONGEST_S = 900.0
#: Who has pages already waits for newer ones no longer than this: a million plays take a while.
PATIENCE_S = 2.0


@dataclass(frozen=True)
class Drawn:
    """Pages, and what the ledger was when they were drawn."""

    version: str
    pages: Pages
    drawn_at: float


class LivePages:
    """Draws a listener's pages when somebody looks, once for all who look."""

    def __init__(self, ledger: LedgerReader, stream: StreamPlace | None = None) -> None:
        self._ledger = ledger
        #: Where what plays is told; None: the pages show nothing of it.
        self.stream = stream
        self._lock = Lock()
        self._painter = ThreadPoolExecutor(max_workers=1, thread_name_prefix="dashboard")
        self._drawn: dict[int, Drawn] = {}
        self._drawing: dict[int, Future[Drawn]] = {}

    def read_version(self, listener_key: int) -> str:
        """Return the word that changes with the ledger; empty where nobody is known yet."""
        rows = self._ledger.read("dashboard_version", listener_key=listener_key)
        return str(rows[0]["version"]) if rows else ""

    def find(self, listener_key: int) -> Pages | None:
        """Return the newest pages, None where nobody is known yet; raise DatabaseTrouble.

        While newer ones are being drawn for longer than ``PATIENCE_S``: those before them.
        """
        version = self.read_version(listener_key)
        if not version:
            return None
        with self._lock:
            known = self._drawn.get(listener_key)
            if known and known.version == version and monotonic() - known.drawn_at < LONGEST_S:
                return known.pages
            drawing = self._drawing.get(listener_key)
            if drawing is None or drawing.done():
                drawing = self._painter.submit(self._draw, listener_key, version)
                self._drawing[listener_key] = drawing
        if known is None:
            return drawing.result().pages
        try:
            return drawing.result(PATIENCE_S).pages
        except TimeoutError:
            return known.pages

    def _draw(self, listener_key: int, version: str) -> Drawn:
        with self._ledger.lend_connection() as connection:
            data = next(
                read_listener_data(connection, key, name, timezone)
                for key, name, timezone in read_listeners(connection)
                if key == listener_key
            )
        years = len(data.years)
        pages = Pages(data, picture_years=years, version=version, stream=self.stream)
        drawn = self._drawn[listener_key] = Drawn(version, pages, monotonic())
        return drawn
