"""What listeners have decided themselves."""

from __future__ import annotations

from typing import ClassVar

from psycopg2.extensions import connection as Connection

from everheard.database.connect import translate_errors
from everheard.database.statements import render, send
from everheard.database.transactions import write_whole
from everheard.database.trips import Trip
from everheard.failure import ExitCode, Failure
from everheard.ledger import flows
from everheard.ledger.catalogue import derive_changed


class UnknownTrack(Failure):
    """A decision names a track that the ledger does not hold."""

    exit_code: ClassVar[ExitCode] = ExitCode.CONFIGURATION


def decide_recording(
    connection: Connection, first_id: str, second_id: str, *, is_same: bool | None
) -> None:
    """Keep whether two tracks (Spotify ids) are one recording; None undoes what was kept.

    Takes effect with the next ``join_recordings``. Raises UnknownTrack.
    """
    parameters = {"first_id": first_id, "second_id": second_id, "is_same": is_same}
    with translate_errors(), connection.cursor() as cursor:
        send(cursor, render(cursor, flows.RECORDING_DECISION, parameters))
        (known_count,) = cursor.fetchone() or (0,)
    if known_count != 2:
        raise UnknownTrack(
            "Give the Spotify ids of two different tracks that you have heard"
            " (the last part of a track's link on open.spotify.com)."
        )


def join_recordings(connection: Connection) -> None:
    """Find recordings, and what names turned out to be, from all that is known now.

    What that changes for a listener is derived again: a rule on a song holds for its recording.
    """
    _join(connection, flows.RECORDINGS_JOINED)
    derive_changed(connection)


def join_names(connection: Connection) -> None:
    """Find what albums and artists known only by name turned out to be.

    The caller derives its listener's summaries next; others' wait for their next run.
    """
    _join(connection, flows.NAMES_JOINED)


def _join(connection: Connection, trip: Trip) -> None:
    with connection.cursor() as cursor:
        lock = render(cursor, flows.RECORDING_LOCK)
    write_whole(connection, lock, lambda cursor: send(cursor, render(cursor, trip)))
