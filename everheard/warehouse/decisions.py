"""What listeners have decided themselves."""

from __future__ import annotations

from typing import ClassVar

from psycopg2.extensions import connection as Connection

from everheard.failure import ExitCode, Failure
from everheard.warehouse.connect import translate_errors
from everheard.warehouse.statements import render, send


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
        send(cursor, render(cursor, "dim_recording_decision", parameters))
        (known_count,) = cursor.fetchone() or (0,)
    if known_count != 2:
        raise UnknownTrack(
            "Give the Spotify ids of two different tracks that you have heard"
            " (the last part of a track's link on open.spotify.com)."
        )
