"""What is sent to the database together, and in which order: said here, sent elsewhere."""

from __future__ import annotations

from typing import NamedTuple


class Rows(NamedTuple):
    """The place, among files, of rows that we stage: into these temporary tables."""

    tables: tuple[str, ...]


class Trip(NamedTuple):
    """Files of sql/load ("FOLDER/name") that are sent in one round trip, and rows among them."""

    steps: tuple[str | Rows, ...]
    #: In words, where it is not made always.
    condition: str = ""
    #: A transaction begins with it; else it goes on in one, or is one by itself.
    begins: bool = False
    #: Goes along with the one before, in the same round trip.
    is_along: bool = False
    #: Made several times in a row.
    is_repeated: bool = False

    @property
    def files(self) -> tuple[str, ...]:
        """Return the files without the rows among them."""
        return tuple(step for step in self.steps if isinstance(step, str))

    def begin(self) -> Trip:
        """Return it as the first of a transaction."""
        return self._replace(begins=True)

    def when(self, condition: str, *, is_along: bool = False) -> Trip:
        """Return it as one that is made only then."""
        return self._replace(condition=condition, is_along=is_along)

    def repeat(self, condition: str) -> Trip:
        """Return it as one that is made for each of these."""
        return self._replace(condition=condition, is_repeated=True)


#: The beginning of a transaction, where nothing goes with it, and the end of one.
BEGIN, COMMIT = Trip((), begins=True), Trip(())


class Derivation(NamedTuple):
    """How rows become plays: what was staged is observed, then what it touches is derived."""

    observe: Trip
    derive: Trip


class Flow(NamedTuple):
    """Trips in the order they are made; the README of ``folder`` tells of them.

    ``is_ordered`` False: each trip is made by itself, whenever it is wanted.
    """

    folder: str
    title: str
    trips: tuple[Trip, ...]
    is_ordered: bool = True


def trip(*steps: str | Rows) -> Trip:
    """Return a round trip that sends these files."""
    return Trip(steps)


def flow(folder: str, title: str, *trips: Trip) -> Flow:
    """Return a flow of trips, one after the other."""
    return Flow(folder, title, trips)


def lone(folder: str, title: str, *trips: Trip) -> Flow:
    """Return trips of which each is made by itself."""
    return Flow(folder, title, trips, is_ordered=False)
